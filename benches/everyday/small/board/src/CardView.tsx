import type { ReactNode } from 'react';
import { COLUMNS, type Card, type Column } from './model';

interface CardViewProps {
  card: Card;
  children?: ReactNode;
  onMove: (id: string, column: Column) => void;
}

export function CardView({ card, children, onMove }: CardViewProps) {
  return (
    <article className="card" aria-label={card.title}>
      <header>
        <h3>{card.title}</h3>
        {card.estimate !== undefined && <span title="estimate">{card.estimate} h</span>}
      </header>
      <ul className="tags">
        {card.tags.map((tag) => (
          <li key={tag}>{tag}</li>
        ))}
      </ul>
      {children}
      <select value={card.column} onChange={(event) => onMove(card.id, event.target.value as Column)}>
        {COLUMNS.map((column) => (
          <option key={column} value={column}>
            {column}
          </option>
        ))}
      </select>
    </article>
  );
}
