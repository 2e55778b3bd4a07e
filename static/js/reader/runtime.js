/** LiteRT.js: starts once, opens networks and runs them. Needs `'wasm-unsafe-eval'`. */

/** A module that uses a 128-bit vector, which every browser since 2021 (Safari: 2023) knows. */
const VECTORS = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Tells whether this browser can run the runtime and check what it fetches. */
export const isSupported = () =>
  globalThis.WebAssembly?.validate(VECTORS) === true && Boolean(globalThis.crypto?.subtle);

class Network {
  #model;
  #Tensor;

  constructor(model, Tensor) {
    this.#model = model;
    this.#Tensor = Tensor;
  }

  /** Returns the values of each output, by its name. */
  async run(values, shape) {
    const input = new this.#Tensor(values, shape);
    const tensors = await this.#model.run([input]);
    input.delete();
    const outputs = {};
    for (const [place, { name }] of this.#model.getOutputDetails().entries()) {
      outputs[name] = tensors[place].toTypedArray().slice();
      tensors[place].delete(); // nothing else frees memory of WebAssembly
    }
    return outputs;
  }

  delete() {
    this.#model.delete();
  }
}

/**
 * Starts the runtime; a page can have but one.
 * @param addresses `module` and `loader` of LiteRT.js
 * @param content of its WebAssembly
 */
export async function startRuntime(addresses, content) {
  const { loadAndCompile, loadLiteRt, Tensor } = await import(addresses.module);
  const compiled = await WebAssembly.compile(content);
  globalThis.Module = {
    printErr() {}, // how it starts, line by line
    instantiateWasm(imports, succeeded) {
      WebAssembly.instantiate(compiled, imports).then(succeeded);
      return {};
    },
  };
  await loadLiteRt(addresses.loader);
  return {
    async open(file) {
      return new Network(await loadAndCompile(file, { accelerator: "wasm" }), Tensor);
    },
  };
}
