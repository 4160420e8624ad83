import type { RequestState } from '../host/requests';
import { moment } from '../words/time';

export interface StateWords {
  words: string;
  tone: 'plain' | 'warn' | 'bad' | 'ok';
  /** The whole sentence. */
  sentence: string;
}

export function stateWords(state: RequestState, now: number): StateWords {
  switch (state.type) {
    case 'open':
      return { words: 'waiting', tone: 'warn', sentence: 'Waits for somebody with Editor.' };
    case 'done':
      return {
        words: 'done',
        tone: 'ok',
        sentence: `${state.by} wrote version ${state.version}, ${moment(state.at, now)}.`,
      };
    case 'refused':
      return {
        words: 'refused',
        tone: 'bad',
        sentence: `${state.by} refused, ${moment(state.at, now)}: “${state.words}”`,
      };
    case 'withdrawn':
      return { words: 'withdrawn', tone: 'plain', sentence: `Withdrawn ${moment(state.at, now)}.` };
  }
}
