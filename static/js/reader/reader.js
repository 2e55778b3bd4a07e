/**
 * Reads faces in this browser, from the very files that the server reads with; no picture leaves it.
 *
 * The page includes `components/reader.html`, and its view allows WebAssembly. Runtime and weights
 * are fetched when `loadReader` is called, and nowhere else.
 */

import { boxOf, rollIn } from "./alignment.js";
import { answer } from "./answer.js";
import { BlazeFace } from "./blazeface.js";
import { cropFace } from "./crop.js";
import { rollOf } from "./faces.js";
import { contentOf, counted, fetched, fetchVerified, ReaderUnavailable } from "./files.js";
import { greyOf, pixelsOf, roundEven } from "./pixels.js";
import { isSupported, startRuntime } from "./runtime.js";
import { FaceSearch } from "./search.js";

export { ReaderUnavailable };

const MODEL = "/api/v1/model/";

let loading = null;
let starting = null;

/**
 * Loads the active version; once for a page, unless it fails.
 *
 * @param onProgress is told which share of everything has come, 0 to 1
 * @returns {Promise<Reader>}
 * @throws {ReaderUnavailable}
 */
export function loadReader({ onProgress = () => {} } = {}) {
  loading ??= load(onProgress).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(onProgress) {
  if (!isSupported()) throw new ReaderUnavailable("unsupported");
  const runtimeFiles = JSON.parse(document.getElementById("reader-config").textContent);
  const model = JSON.parse(new TextDecoder().decode(await contentOf(await fetched(MODEL))));
  const [network, detector] = ["network", "detector"].map((name) => {
    const file = model.files.find((other) => other.name === name);
    if (!file) throw new ReaderUnavailable("offline");
    return file;
  });
  const total = runtimeFiles.size + network.size + detector.size;
  let received = 0;
  const onBytes = (count) => {
    received += count;
    onProgress(Math.min(1, received / total));
  };
  const [runtime, networkFile, detectorFile] = await Promise.all([
    startOnce(runtimeFiles, onBytes),
    fetchVerified(network, onBytes),
    fetchVerified(detector, onBytes),
  ]);
  const search = new FaceSearch(new BlazeFace(runtime, detectorFile));
  const reader = new Reader(model, search, await runtime.open(networkFile));
  onProgress(1);
  return reader;
}

/** Starts the runtime, of which a page can have but one, also where other files fail to come. */
function startOnce(files, onBytes) {
  starting ??= start(files, onBytes).catch((error) => {
    starting = null;
    throw error;
  });
  return starting;
}

async function start(files, onBytes) {
  const content = await contentOf(counted(await fetched(files.binary), onBytes));
  try {
    return await startRuntime(files, content);
  } catch (error) {
    // A module or a script that cannot be fetched is a TypeError or an event.
    const isMissing = error instanceof TypeError || error instanceof Event;
    throw new ReaderUnavailable(isMissing ? "offline" : "unsupported", error);
  }
}

class Reader {
  #model;
  #search;
  #network;
  #turn = Promise.resolve();

  constructor(model, search, network) {
    this.#model = model;
    this.#search = search;
    this.#network = network;
    this.version = { name: model.name, sha256: model.sha256 };
  }

  /** Reads an upright picture as the server does, which looks on where the first look is in vain. */
  read(source) {
    const roll = (pixels, { box }) => rollIn(pixels, box, this.#search, this.#model.preprocessing);
    return this.#inTurn(() => this.#readBy((pixels) => this.#search.findFaces(pixels), roll, source));
  }

  /**
   * Reads a frame of a live view, whose next one comes soon: the first look alone finds faces, and
   * tells how they lean, less exactly than a second look at each would.
   */
  readFrame(source) {
    const roll = (_, { face }) => rollOf(face);
    const find = (pixels) => this.#search.findFacesFast(pixels);
    return this.#inTurn(() => this.#readBy(find, roll, source));
  }

  /** Lets one picture be read after the other. */
  #inTurn(work) {
    const reading = this.#turn.then(work);
    this.#turn = reading.catch(() => {});
    return reading;
  }

  async #readBy(find, rollOfFace, source) {
    const { width, height } = source;
    const pixels = pixelsOf(source);
    const grey = greyOf(pixels);
    const scale = Math.max(width, height) / pixels.side;
    const found = (await find(pixels)).map((face) => {
      return { face, box: boxOf(face, this.#model.preprocessing) };
    });
    found.sort(({ box: one }, { box: other }) => other.width - one.width);
    const faces = [];
    for (const each of found) {
      const roll = await rollOfFace(pixels, each);
      const reading = await this.#readFace(grey, each.box, roll);
      faces.push({ box: scaled(each.box, scale), ...reading, roll });
    }
    return { width, height, faces, version: this.version };
  }

  async #readFace(grey, box, roll) {
    const { preprocessing, emotions, shown } = this.#model;
    const { input_side: side, face_margin: margin } = preprocessing;
    const crop = cropFace(grey, box, side, margin, roll);
    const outputs = await this.#network.run(Float32Array.from(crop.data), [1, side, side, 1]);
    // The conversion to LiteRT may lose the name of a single output.
    const values = outputs[shown] ?? Object.values(outputs)[0];
    const shares = emotions.map((emotion, place) => [emotion, values[place]]);
    const probabilities = Object.fromEntries(shares);
    return { probabilities, ...answer(probabilities, this.#model) };
  }
}

const scaled = (box, scale) =>
  Object.fromEntries(Object.entries(box).map(([name, value]) => [name, roundEven(value * scale)]));
