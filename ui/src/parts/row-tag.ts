import type { RowTag } from '../host/lists';
import { exact, leftShort } from '../words/time';

export interface TagWords {
  words: string;
  tone: 'plain' | 'warn' | 'bad';
  title: string;
}

/** What a tag says; a time that has passed is said as such. */
export function tagWords(tag: RowTag, now: number): TagWords {
  switch (tag.type) {
    case 'due':
      return tag.at <= now
        ? { words: 'overdue', tone: 'bad', title: `Was due for rotation on ${exact(tag.at)}` }
        : { words: `due in ${leftShort(tag.at, now)}`, tone: 'warn', title: `Due for rotation on ${exact(tag.at)}` };
    case 'expires':
      return tag.at <= now
        ? { words: 'expired', tone: 'bad', title: `Expired on ${exact(tag.at)}` }
        : { words: `expires in ${leftShort(tag.at, now)}`, tone: 'bad', title: `Expires on ${exact(tag.at)}` };
    case 'accessEnds':
      return {
        words: `access ends in ${leftShort(tag.at, now)}`,
        tone: 'warn',
        title: `Your access ends on ${exact(tag.at)}`,
      };
    case 'useOnly':
      return { words: 'use only', tone: 'plain', title: 'You may hand it to programs, not copy or reveal it' };
    case 'ask':
      return { words: 'ask', tone: 'plain', title: 'You may know of it; somebody else can give you access' };
    case 'requested':
      return { words: 'rotation requested', tone: 'plain', title: 'A new version is asked for' };
  }
}
