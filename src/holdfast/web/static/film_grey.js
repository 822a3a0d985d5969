// Values to grey: a table for the window, put over a piece of a film only when the window has changed.
export function tilePainter(bits) {
  const table = new Uint32Array(2 ** bits);
  let made = "";

  function make(window, invert) {
    const state = `${window.centre}/${window.width}/${invert}`;
    if (state === made) return;
    const low = window.centre - 0.5;
    const across = Math.max(1, window.width - 1);
    for (let value = 0; value < table.length; value += 1) {
      const part = Math.min(1, Math.max(0, (value - low) / across + 0.5));
      const grey = Math.round((invert ? 1 - part : part) * 255);
      table[value] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
    }
    made = state;
  }

  return {
    paint(tile, window, invert) {
      make(window, invert);
      if (tile.made === made) return;
      if (!tile.canvas) {
        tile.canvas = document.createElement("canvas");
        tile.canvas.width = tile.columns;
        tile.canvas.height = tile.rows;
        tile.ink = tile.canvas.getContext("2d");
        tile.image = tile.ink.createImageData(tile.columns, tile.rows);
      }
      const out = new Uint32Array(tile.image.data.buffer);
      const { values } = tile;
      for (let at = 0; at < values.length; at += 1) out[at] = table[values[at]];
      tile.ink.putImageData(tile.image, 0, 0);
      tile.made = made;
    },
  };
}
