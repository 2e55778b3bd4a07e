/** The time at which a photo was taken, in its EXIF: found in any format, and written into a JPEG. */

const EXIF_DIRECTORY = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const ASCII = 2;
const LONG = 4;
const DATE_TIME = /^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$/;
const DATE_TIME_LENGTH = 19;

/** Returns where a TIFF header begins, from a place on; -1 if there is none. */
function findTiff(bytes, from) {
  for (let at = from; at < bytes.length - 8; at += 1) {
    const little = bytes[at] === 0x49 && bytes[at + 1] === 0x49;
    const big = bytes[at] === 0x4d && bytes[at + 1] === 0x4d;
    if (little && bytes[at + 2] === 42 && bytes[at + 3] === 0) return at;
    if (big && bytes[at + 2] === 0 && bytes[at + 3] === 42) return at;
  }
  return -1;
}

/** Returns the number that a tag of a directory holds, or undefined. Throws outside of the data. */
function find(view, little, directory, tag) {
  for (let number = 0; number < view.getUint16(directory, little); number += 1) {
    const entry = directory + 2 + 12 * number;
    if (view.getUint16(entry, little) === tag) return view.getUint32(entry + 8, little);
  }
  return undefined;
}

function readDate(bytes, start) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const little = bytes[start] === 0x49;
  const directory = find(view, little, view.getUint32(4, little), EXIF_DIRECTORY);
  const at = directory && find(view, little, directory, DATE_TIME_ORIGINAL);
  if (!at) return "";
  const text = new TextDecoder("latin1").decode(
    bytes.subarray(start + at, start + at + DATE_TIME_LENGTH),
  );
  return DATE_TIME.test(text) ? text : "";
}

/** Returns the time as EXIF writes it, such as 2024:05:01 12:30:00; "" if there is none. */
export function dateTaken(bytes) {
  for (let start = findTiff(bytes, 0); start !== -1; start = findTiff(bytes, start + 4)) {
    try {
      const date = readDate(bytes, start);
      if (date) return date;
    } catch {
      // It only looked like EXIF.
    }
  }
  return "";
}

/** Returns the EXIF segment of a JPEG with this time and nothing else. */
function segment(date) {
  const view = new DataView(new ArrayBuffer(74));
  const entry = (at, tag, type, count, value) => {
    view.setUint16(at, 1);
    view.setUint16(at + 2, tag);
    view.setUint16(at + 4, type);
    view.setUint32(at + 6, count);
    view.setUint32(at + 10, value);
  };
  view.setUint16(0, 0xffe1);
  view.setUint16(2, view.byteLength - 2);
  view.setUint32(4, 0x45786966); // Exif
  view.setUint32(10, 0x4d4d002a); // what follows counts from here
  view.setUint32(14, 8);
  entry(18, EXIF_DIRECTORY, LONG, 1, 26);
  entry(36, DATE_TIME_ORIGINAL, ASCII, DATE_TIME_LENGTH + 1, 44);
  [...date].forEach((letter, number) => view.setUint8(54 + number, letter.charCodeAt(0)));
  return view.buffer;
}

/** Returns a JPEG with a time behind its first two bytes; itself if there is no time. */
export async function withDateTaken(blob, date) {
  return date ? new Blob([blob.slice(0, 2), segment(date), blob.slice(2)]) : blob;
}
