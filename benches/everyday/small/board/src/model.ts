export type Column = 'open' | 'doing' | 'done';

export interface Card {
  readonly id: string;
  title: string;
  column: Column;
  tags: string[];
  estimate?: number;
}

export const COLUMNS: readonly Column[] = ['open', 'doing', 'done'];

export function inColumn(cards: Card[], column: Column): Card[] {
  return cards.filter((card) => card.column === column);
}

export function totalEstimate(cards: Card[]): number {
  return cards.reduce((sum, card) => sum + (card.estimate ?? 0), 0);
}
