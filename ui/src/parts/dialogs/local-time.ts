/** What a field for local date and time holds, such as `2026-11-22T09:30`. */
export function toLocal(at: number): string {
  const when = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  return `${day}T${two(when.getHours())}:${two(when.getMinutes())}`;
}

/** Milliseconds of a local date and time; null where the field is empty. */
export function fromLocal(text: string): number | null {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}
