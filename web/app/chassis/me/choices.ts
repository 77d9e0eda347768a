/** What a profile can be set to, in the words of the browser. */

/** Languages whose numbers and times people ask for; the browser knows many more, and shows its own under no choice. */
const LOCALES = [
  "en-GB",
  "en-US",
  "en-AU",
  "en-CA",
  "en-IE",
  "en-IN",
  "cs-CZ",
  "da-DK",
  "de-AT",
  "de-CH",
  "de-DE",
  "el-GR",
  "es-ES",
  "es-MX",
  "et-EE",
  "fi-FI",
  "fr-CA",
  "fr-CH",
  "fr-FR",
  "he-IL",
  "hi-IN",
  "hu-HU",
  "id-ID",
  "it-IT",
  "ja-JP",
  "ko-KR",
  "lt-LT",
  "lv-LV",
  "nb-NO",
  "nl-BE",
  "nl-NL",
  "pl-PL",
  "pt-BR",
  "pt-PT",
  "ro-RO",
  "sk-SK",
  "sv-SE",
  "th-TH",
  "tr-TR",
  "uk-UA",
  "vi-VN",
  "zh-CN",
  "zh-TW",
];

export interface Choice {
  value: string;
  label: string;
}

/** With what is chosen already, even if this browser would not offer it. */
function withChosen(values: string[], chosen: string | null): string[] {
  return chosen && !values.includes(chosen) ? [chosen, ...values] : values;
}

export function timeZones(chosen: string | null): Choice[] {
  return withChosen(Intl.supportedValuesOf("timeZone"), chosen).map((value) => ({
    value,
    label: value.replaceAll("_", " "),
  }));
}

export function locales(chosen: string | null): Choice[] {
  const names = new Intl.DisplayNames("en", { type: "language" });
  return withChosen(LOCALES, chosen).map((value) => ({ value, label: names.of(value) ?? value }));
}

/** Those the service knows are fewer than those the browser knows; an old one is refused with a word about it. */
export function currencies(chosen: string | null): Choice[] {
  const names = new Intl.DisplayNames("en", { type: "currency" });
  const known = withChosen(Intl.supportedValuesOf("currency"), chosen);
  return known.map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }));
}
