/**
 * Networks for pictures of other sizes. LiteRT.js, unlike LiteRT elsewhere, cannot resize an input,
 * but a convolutional network is the same for all: only shapes in its file have to change. The file
 * is a FlatBuffer (schema `tflite/schema.fbs`), in which they are lists of 32-bit numbers.
 */

const SUBGRAPHS = 2; // of a model
const TENSORS = 0; // of a subgraph
const INPUTS = 1;
const OUTPUTS = 2;
const SHAPE = 0; // of a tensor
const SHAPE_SIGNATURE = 7;

class Table {
  constructor(view, position) {
    this.view = view;
    this.position = position;
  }

  static root(view) {
    return new Table(view, view.getUint32(0, true));
  }

  /** Returns where the list in a field begins with its first item, and how many it has. */
  list(field) {
    const layout = this.position - this.view.getInt32(this.position, true);
    const entry = 4 + 2 * field;
    const has = entry < this.view.getUint16(layout, true);
    const offset = has && this.view.getUint16(layout + entry, true);
    if (!offset) return { start: 0, length: 0 };
    const place = this.position + offset;
    const start = place + this.view.getUint32(place, true);
    return { start: start + 4, length: this.view.getUint32(start, true) };
  }

  numbers(field) {
    const { start, length } = this.list(field);
    return Array.from({ length }, (_, item) => this.view.getInt32(start + 4 * item, true));
  }

  tables(field) {
    const { start, length } = this.list(field);
    return Array.from({ length }, (_, item) => {
      const place = start + 4 * item;
      return new Table(this.view, place + this.view.getUint32(place, true));
    });
  }

  /** Overwrites a list of numbers by as many. */
  write(field, numbers) {
    const { start } = this.list(field);
    numbers.forEach((number, item) => this.view.setInt32(start + 4 * item, number, true));
  }
}

/** Returns the file of a network that sees `width` × `height` and answers for each anchor. */
export function withInputSize(file, width, height, anchors) {
  const copy = file.slice();
  const [graph] = Table.root(new DataView(copy.buffer)).tables(SUBGRAPHS);
  const tensors = graph.tables(TENSORS);
  const reshape = (tensor, change) => {
    for (const field of [SHAPE, SHAPE_SIGNATURE]) {
      const shape = tensor.numbers(field);
      if (shape.length) tensor.write(field, change(shape));
    }
  };
  for (const input of graph.numbers(INPUTS)) {
    reshape(tensors[input], ([count, , , channels]) => [count, height, width, channels]);
  }
  for (const output of graph.numbers(OUTPUTS)) {
    reshape(tensors[output], ([count, , values]) => [count, anchors, values]);
  }
  return copy;
}
