/** Dates and times in words, as the reader's browser writes them in the language of the page. */

const { lang } = document.documentElement;
const locale = navigator.languages.find((one) => one.startsWith(lang)) ?? lang;

/** Returns a function that writes moments with `Intl.DateTimeFormat`'s options. */
export function writer(options) {
  const format = new Intl.DateTimeFormat(locale, options);
  return (moment) => format.format(new Date(moment));
}
