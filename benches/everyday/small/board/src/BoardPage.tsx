import { useState } from 'react';
import AddForm from './AddForm';
import { CardView } from './CardView';
import { COLUMNS, inColumn, totalEstimate, type Card } from './model';
import { useBoard } from './useBoard';

interface BoardPageProps {
  initial: Card[];
  heading: string;
}

export function BoardPage({ initial, heading }: BoardPageProps) {
  const board = useBoard(initial);
  const [filter, setFilter] = useState('');
  const shown = board.cards.filter((card) => card.title.includes(filter));

  return (
    <main className="board">
      <h1>
        {heading} ({board.count})
      </h1>
      <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
      <AddForm onAdd={board.add} placeholder="What is to be done?" />
      {COLUMNS.map((column) => {
        const cards = inColumn(shown, column);
        return (
          <section key={column} className={`column ${column}`}>
            <h2>{column}</h2>
            {cards.length === 0 ? <p className="empty">Nothing here</p> : null}
            {cards.map((card) => (
              <CardView key={card.id} card={card} onMove={board.move}>
                <small>{card.tags.length} tags</small>
              </CardView>
            ))}
            <footer>{totalEstimate(cards)} h</footer>
          </section>
        );
      })}
    </main>
  );
}
