/** What is said of a face, as `ml/metrics/answer_sets.py` says it: one emotion, or a set. */

/** Returns what seven probabilities, by emotion, say of a face. */
export function answer(probabilities, { unsure_below: unsureBelow, set_mass: mass }) {
  const ranked = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  const [[emotion, confidence], [, second]] = ranked;
  const unsure = confidence < unsureBelow;
  const unsureSize = confidence + second >= mass ? 2 : 3;
  const set = ranked.slice(0, unsure ? unsureSize : 1).map(([name]) => name);
  return { emotion, confidence, unsure, set };
}
