import { useCallback, useMemo, useState } from 'react';
import type { Card, Column } from './model';

export interface Board {
  cards: Card[];
  count: number;
  add: (title: string) => void;
  move: (id: string, column: Column) => void;
}

export function useBoard(initial: Card[]): Board {
  const [cards, setCards] = useState<Card[]>(initial);
  const count = useMemo(() => cards.length, [cards]);

  const add = useCallback((title: string) => {
    setCards((before) => [...before, { id: String(before.length + 1), title, column: 'open', tags: [] }]);
  }, []);

  const move = useCallback((id: string, column: Column) => {
    setCards((before) => before.map((card) => (card.id === id ? { ...card, column } : card)));
  }, []);

  return { cards, count, add, move };
}
