// Reads faces with the expression networks of npm packages, for `benchmarks.compare_models`.
//
// Usage: node browser_networks.mjs face-api|human faces|photos <PICTURES
//
// Pictures come by stdin as `benchmarks.peers.processes` writes them; for each a line of JSON goes
// out. Pictures of `faces` are cropped faces; in `photos` the package's own detector, with its
// defaults, has to find the largest one. Everything runs on one thread of TensorFlow.js's WASM
// backend, which needs no browser.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const modules = new URL("node_modules/", import.meta.url);
const wasmFolder = fileURLToPath(new URL("@tensorflow/tfjs-backend-wasm/dist/", modules));
const [, , packageName, kind] = process.argv;

// In Node, `fetch` reads no files; both packages load their networks by it.
const fetchFromWeb = globalThis.fetch;
globalThis.fetch = async (address, options) =>
  String(address).startsWith("file:")
    ? new Response(await readFile(fileURLToPath(String(address))))
    : fetchFromWeb(address, options);

const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm").setWasmPaths(wasmFolder);
await tf.setBackend("wasm");

const EMOTIONS_OF_FACE_API = {
  angry: "angry",
  disgusted: "disgust",
  fearful: "fear",
  happy: "happy",
  neutral: "neutral",
  sad: "sad",
  surprised: "surprise",
};
// As human's src/gear/emotion.ts has them, and how it turns colours into grey.
const EMOTIONS_OF_HUMAN = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
const GREY_OF_RGB = [0.2989, 0.587, 0.114];

const mostProbable = (scores) =>
  Object.entries(scores).reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
const area = ({ width, height }) => width * height;

async function faceApi() {
  const faceapi = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
  const folder = fileURLToPath(new URL("@vladmandic/face-api/model", modules));
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(folder);
  await faceapi.nets.faceExpressionNet.loadFromDisk(folder);
  const emotionOf = (expressions) => EMOTIONS_OF_FACE_API[mostProbable({ ...expressions })];
  return {
    faces: async (picture) =>
      emotionOf(await faceapi.nets.faceExpressionNet.predictExpressions(picture)),
    photos: async (picture) => {
      const faces = await faceapi.detectAllFaces(picture).withFaceExpressions();
      if (!faces.length) return null;
      faces.sort((one, other) => area(other.detection.box) - area(one.detection.box));
      return emotionOf(faces[0].expressions);
    },
  };
}

async function human() {
  const models = new URL("@vladmandic/human/models/", modules);
  if (kind === "faces") {
    const network = await tf.loadGraphModel(new URL("emotion.json", models).href);
    const side = network.inputs[0].shape[2];
    return {
      faces: async (picture) => {
        const scores = tf.tidy(() => {
          const resized = tf.image.resizeBilinear(picture.toFloat().div(255).expandDims(), [side, side]);
          const grey = resized.mul(GREY_OF_RGB).sum(3, true);
          return network.execute(grey.sub(0.5).mul(2));
        });
        const values = await scores.data();
        scores.dispose();
        return EMOTIONS_OF_HUMAN[mostProbable([...values])];
      },
    };
  }
  const { Human } = require("./node_modules/@vladmandic/human/dist/human.node-wasm.js");
  const reader = new Human({
    backend: "wasm",
    wasmPath: wasmFolder,
    modelBasePath: models.href,
    cacheSensitivity: 0, // Every picture is another one.
    face: { iris: { enabled: false }, description: { enabled: false } },
    ...Object.fromEntries(
      ["body", "hand", "object", "gesture"].map((part) => [part, { enabled: false }]),
    ),
  });
  await reader.load();
  return {
    photos: async (picture) => {
      const { face, error } = await reader.detect(picture);
      if (error) throw new Error(error);
      // Its detector returns the most certain face alone, unless one asks for more.
      return face[0]?.emotion?.[0]?.emotion ?? null;
    },
  };
}

async function* pictures() {
  let rest = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const [height, width] = [rest.readUInt32LE(0), rest.readUInt32LE(4)];
      const end = 8 + 3 * height * width;
      if (rest.length < end) break;
      yield [new Uint8Array(rest.subarray(8, end)), [height, width, 3]];
      rest = rest.subarray(end);
    }
  }
}

const answer = (await { "face-api": faceApi, human }[packageName]())[kind];
for await (const [pixels, shape] of pictures()) {
  const picture = tf.tensor3d(pixels, shape, "int32");
  const before = process.cpuUsage();
  const emotion = await answer(picture);
  const { user, system } = process.cpuUsage(before);
  picture.dispose();
  process.stdout.write(`${JSON.stringify({ emotion, milliseconds: (user + system) / 1000 })}\n`);
}
