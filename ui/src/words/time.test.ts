import { describe, expect, it } from 'vitest';
import { age, ago, agoShort, duration, left, leftShort, localDay, moment, span, startOfDay } from './time';

const { second, minute, hour, day } = duration;
const now = new Date(2026, 10, 21, 14, 30, 0).getTime();

describe('agoShort', () => {
  it.each([
    [null, 'never'],
    [now - 5 * second, 'now'],
    [now - 2 * minute, '2 min'],
    [now - hour, '1 h'],
    [now - 22 * hour, 'yesterday'],
    [now - 3 * day, '3 d'],
    [now - 35 * day, '1 mo'],
    [now - 800 * day, '2 y'],
  ])('%s reads %s', (at, words) => expect(agoShort(at, now)).toBe(words));

  it('takes a time in the future as now, since clocks differ', () => expect(agoShort(now + hour, now)).toBe('now'));

  it('counts calendar days, not 24 hours', () => {
    const early = new Date(2026, 10, 21, 13, 0).getTime();
    expect(agoShort(new Date(2026, 10, 20, 23, 0).getTime(), early)).toBe('yesterday');
  });
});

describe('ago', () => {
  it.each([
    [now - 200, 'just now'],
    [now - 4 * second, '4 seconds ago'],
    [now - 61 * second, '1 minute ago'],
    [now - 2 * hour, '2 hours ago'],
    [now - 22 * hour, 'yesterday'],
    [now - 100 * day, '3 months ago'],
  ])('%s reads %s', (at, words) => expect(ago(at, now)).toBe(words));
});

describe('left and span', () => {
  it.each([
    [24 * second, '24 s'],
    [500, '1 s'],
    [12 * minute, '12 min'],
    [3 * hour + 12 * minute, '3 h 12 min'],
    [8 * hour, '8 h'],
    [3 * day + 4 * hour, '3 d 4 h'],
    [6 * day + 5 * hour, '6 d'],
    [100 * day, '3 mo'],
  ])('%s reads %s', (length, words) => expect(span(length)).toBe(words));

  it('never goes below zero', () => expect(left(now - hour, now)).toBe('0 s'));
  it('keeps one unit for a tag, the nearest', () => {
    expect(leftShort(now + 3 * day + 4 * hour, now)).toBe('3 d');
    expect(leftShort(now + 6 * day - second, now)).toBe('6 d');
    expect(leftShort(now + 3 * hour + 40 * minute, now)).toBe('3 h');
  });
});

describe('moments', () => {
  it('names today, yesterday and dates', () => {
    expect(moment(new Date(2026, 10, 21, 13, 40).getTime(), now)).toMatch(/^today, /);
    expect(moment(new Date(2026, 10, 20, 17, 2).getTime(), now)).toMatch(/^yesterday, /);
    expect(moment(new Date(2026, 7, 29, 10, 15).getTime(), now)).toMatch(/Aug|29/);
    expect(moment(new Date(2025, 7, 29, 10, 15).getTime(), now)).toContain('2025');
  });

  it('goes from a day to its start and back', () => expect(localDay(startOfDay('2026-03-29'))).toBe('2026-03-29'));
  it('says ages in whole units', () => {
    expect(age(84 * day)).toBe('84 days');
    expect(age(5 * hour)).toBe('5 hours');
  });
});
