const NAME = "[a-z0-9]+(-[a-z0-9]+)*";

export default {
  extends: "stylelint-config-standard",
  reportDescriptionlessDisables: true,
  reportNeedlessDisables: true,
  rules: {
    // The form reads the colours of the style sheet, and a test compares them: always six digits.
    "color-hex-length": "long",
    // Empty lines are what groups the values in tokens.css.
    "custom-property-empty-line-before": null,
    "declaration-no-important": true,
    // Safari on iPhones knows it by this name only.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["-webkit-text-size-adjust"] }],
    "selector-class-pattern": [
      `^${NAME}(__${NAME})?(--${NAME})?$`,
      { message: "Expected a class to be named block__element--modifier" },
    ],
    // Fonts have names of their own.
    "value-keyword-case": ["lower", { ignoreProperties: ["--sans", "--serif"] }],
  },
};
