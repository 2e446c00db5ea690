// The bytes of a log or an artifact: {text}, {file} or {repeat: {line, bytes}, tail} for logs of any size.
import fs from 'node:fs';
import { Readable } from 'node:stream';

export function sendBlob(response, source) {
  if (!source) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  const stream = source.file ? fs.createReadStream(source.file) : Readable.from(pieces(source));
  return stream.on('error', () => response.destroy()).pipe(response);
}

function* pieces({ text = '', repeat, tail = '' }) {
  yield text;
  if (repeat) {
    const chunk = repeat.line.repeat(Math.max(1, Math.floor(65536 / repeat.line.length)));
    for (let sent = 0; sent < repeat.bytes; sent += chunk.length) yield chunk;
  }
  yield tail;
}
