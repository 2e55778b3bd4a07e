/** Writes dates and times the way the reader's browser does, in the language of the page. */

const { lang } = document.documentElement;
const locale = navigator.languages.find((language) => language.startsWith(lang)) ?? lang;

/** Returns a function that formats a moment with the options of `Intl.DateTimeFormat`. */
export function writer(options) {
  const format = new Intl.DateTimeFormat(locale, options);
  return (moment) => format.format(new Date(moment));
}
