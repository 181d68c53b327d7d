// The server does not know where its reader is, and writes UTC. The page is in English, so the times are too.
// Some browsers name languages that `Intl` refuses, such as "en-US@posix".
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
