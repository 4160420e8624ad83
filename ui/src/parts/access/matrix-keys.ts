export interface At {
  row: number;
  column: number;
}

/** Where a key leads in a grid; null for keys that lead nowhere. */
export function step(key: string, from: At, rows: number, columns: number): At | null {
  const within = (row: number, column: number): At => ({
    row: Math.min(rows - 1, Math.max(0, row)),
    column: Math.min(columns - 1, Math.max(0, column)),
  });
  switch (key) {
    case 'ArrowUp':
      return within(from.row - 1, from.column);
    case 'ArrowDown':
      return within(from.row + 1, from.column);
    case 'ArrowLeft':
      return within(from.row, from.column - 1);
    case 'ArrowRight':
      return within(from.row, from.column + 1);
    case 'PageUp':
      return within(from.row - 10, from.column);
    case 'PageDown':
      return within(from.row + 10, from.column);
    case 'Home':
      return within(from.row, 0);
    case 'End':
      return within(from.row, columns - 1);
    default:
      return null;
  }
}
