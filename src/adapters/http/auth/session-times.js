// Replaces UTC, which the server renders, by the visitor's time zone. Times are in English, as the page is. The
// filter excludes language tags that `Intl` rejects, such as "en-US@posix", which some browsers report.
const english = navigator.languages.filter((language) => /^en(-[A-Z]{2})?$/.test(language));
const format = new Intl.DateTimeFormat([...english, "en-GB"], {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

for (const time of document.querySelectorAll("time")) {
  time.title = time.textContent;
  time.textContent = format.format(new Date(time.dateTime));
}
