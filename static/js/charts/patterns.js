/**
 * A mark for each emotion besides its colour, so that charts can be read without telling colours
 * apart. Each mark is a few lines on a tile of eight by eight pixels.
 */

const TILE = 8;
const LINES = {
  angry: [[0, 8, 8, 0]],
  disgust: [[0, 0, 8, 8]],
  fear: [[2, 2, 2, 3], [6, 6, 6, 7]],
  happy: [],
  neutral: [[0, 4, 8, 4]],
  sad: [[4, 0, 4, 8]],
  surprise: [[0, 4, 8, 4], [4, 0, 4, 8]],
  striped: [[0, 8, 8, 0]],
};

/** Draws a mark on a tile. */
function draw(context, mark, ink) {
  context.strokeStyle = ink;
  context.lineWidth = 1.25;
  context.beginPath();
  for (const [x, y, toX, toY] of LINES[mark]) {
    context.moveTo(x, y);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/** Returns a fill in a colour, with a mark on it in the colour of the ink. */
export function pattern(mark, colour, ink) {
  const tile = document.createElement("canvas");
  tile.width = TILE;
  tile.height = TILE;
  const context = tile.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, TILE, TILE);
  draw(context, mark, ink);
  return context.createPattern(tile, "repeat");
}
