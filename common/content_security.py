"""What the Content-Security-Policy of single pages allows beyond that of all of them."""

from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update

allows_wasm = csp_update({"script-src": [SELF, WASM_UNSAFE_EVAL]})
"""Lets the scripts of a view's page compile WebAssembly, as reading pictures in a browser needs."""
