import { useRef, useState, type FormEvent } from 'react';

interface AddFormProps {
  onAdd: (title: string) => void;
  placeholder?: string;
}

export default function AddForm({ onAdd, placeholder = 'New card' }: AddFormProps) {
  const [title, setTitle] = useState('');
  const input = useRef<HTMLInputElement>(null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (title.trim() === '') {
      return;
    }
    onAdd(title.trim());
    setTitle('');
    input.current?.focus();
  }

  return (
    <form onSubmit={submit} className="add">
      <label htmlFor="title">Title</label>
      <input
        id="title"
        ref={input}
        type="text"
        value={title}
        placeholder={placeholder}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" disabled={title === ''}>
        Add
      </button>
    </form>
  );
}
