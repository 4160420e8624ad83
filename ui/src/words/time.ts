/** Time in the words of a person: how long ago, how long left, when. All inputs are milliseconds UTC. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const duration = { second, minute, hour, day };

function locale(): string {
  const preferred = typeof navigator === 'undefined' ? undefined : navigator.language;
  return preferred?.startsWith('en-') ? preferred : 'en-GB';
}

/** Whole local days from `from` to `to`; yesterday evening is one day ago. */
function calendarDays(from: number, to: number): number {
  const start = new Date(from).setHours(0, 0, 0, 0);
  const end = new Date(to).setHours(0, 0, 0, 0);
  return Math.round((end - start) / day);
}

/** For a narrow column: "now", "2 min", "1 h", "yesterday", "3 d", "1 mo", "2 y", "never". */
export function agoShort(at: number | null, now: number): string {
  if (at === null) return 'never';
  const passed = Math.max(0, now - at);
  if (passed < minute) return 'now';
  if (passed < hour) return `${Math.floor(passed / minute)} min`;
  const days = calendarDays(at, now);
  if (days === 0 || passed < 12 * hour) return `${Math.floor(passed / hour)} h`;
  if (days === 1) return relative(-1, 'day');
  if (days < 30) return `${days} d`;
  if (days < 365) return `${Math.floor(days / 30)} mo`;
  return `${Math.floor(days / 365)} y`;
}

/** For a sentence: "4 seconds ago", "2 hours ago", "yesterday", "3 months ago". */
export function ago(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < second) return 'just now';
  if (passed < minute) return relative(-Math.floor(passed / second), 'second');
  if (passed < hour) return relative(-Math.floor(passed / minute), 'minute');
  const days = calendarDays(at, now);
  if (days === 0 || passed < 12 * hour) return relative(-Math.floor(passed / hour), 'hour');
  if (days < 30) return relative(-days, 'day');
  if (days < 365) return relative(-Math.floor(days / 30), 'month');
  return relative(-Math.floor(days / 365), 'year');
}

/** "24 s", "12 min", "3 h 12 min", "3 d 4 h", "6 d", "4 mo"; never negative. */
export function left(until: number, now: number): string {
  return span(Math.max(0, until - now));
}

/** A length of time, two units at most. */
export function span(length: number): string {
  if (length < minute) return `${Math.ceil(length / second)} s`;
  if (length < hour) return `${Math.floor(length / minute)} min`;
  if (length < day) return pair(length, hour, 'h', minute, 'min');
  if (length < 5 * day) return pair(length, day, 'd', hour, 'h');
  if (length < 60 * day) return `${Math.floor(length / day)} d`;
  if (length < 730 * day) return `${Math.floor(length / (30 * day))} mo`;
  return `${Math.floor(length / (365 * day))} y`;
}

/** One unit only, the nearest: "3 h", "6 d", for a tag. */
export function leftShort(until: number, now: number): string {
  const length = Math.max(0, until - now);
  if (length >= 2 * day && length < 60 * day) return `${Math.round(length / day)} d`;
  return span(length).split(' ').slice(0, 2).join(' ');
}

/** "today, 13:40", "yesterday, 17:02", "18 Nov, 08:51", "29 Aug 2025, 10:15". */
export function moment(at: number, now: number): string {
  const time = new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(at);
  const days = calendarDays(at, now);
  if (days >= -1 && days <= 1) return `${relative(-days, 'day')}, ${time}`;
  return `${date(at, now)}, ${time}`;
}

/** "18 Nov", with the year when it is another one. */
export function date(at: number, now: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** To the second, with the zone; for titles and exports to read. */
export function exact(at: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'long' }).format(at);
}

/** "84 days", "1 day", "5 hours". */
export function age(length: number): string {
  if (length < hour) return unit(Math.floor(length / minute), 'minute');
  if (length < 2 * day) return unit(Math.floor(length / hour), 'hour');
  return unit(Math.floor(length / day), 'day');
}

/** Local date as `YYYY-MM-DD`. */
export function localDay(at: number): string {
  const when = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

/** Milliseconds of the local midnight of `YYYY-MM-DD`. */
export function startOfDay(day: string): number {
  return new Date(`${day}T00:00:00`).getTime();
}

function pair(length: number, big: number, bigName: string, small: number, smallName: string): string {
  const bigs = Math.floor(length / big);
  const smalls = Math.floor((length % big) / small);
  return smalls === 0 ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${smalls} ${smallName}`;
}

function relative(count: number, name: Intl.RelativeTimeFormatUnit): string {
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(count, name);
}

function unit(count: number, name: string): string {
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'long' }).format(count);
}
