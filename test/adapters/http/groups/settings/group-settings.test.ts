import { describe, expect, it } from "vitest";
import { renderGroupSettings } from "../../../../../src/adapters/http/groups/settings/group-settings.ts";
import type { OverviewForm } from "../../../../../src/adapters/http/groups/settings/overview/overview-form.ts";
import { alice, group, headOf } from "../../pages/sample.ts";

const lab = group("lab-one");
const fields = {
  title: '"><b>',
  byline: "By us",
  website: "https://lab.example.org",
  showDatasets: true,
  showNarratives: false,
  text: "\n</textarea><script>",
};
const form: OverviewForm = { edit: { kind: "fields", fields }, base: '"a1"' };

const page = (overview: Partial<OverviewForm> | undefined, hasLogo: boolean | undefined = false): string =>
  renderGroupSettings({
    layout: alice,
    group: lab,
    head: headOf(lab, "settings"),
    hasLogo,
    overview: overview && { ...form, ...overview },
  });

describe("The settings page of a group", () => {
  it("has the fields, and the tag of what they were read from", () => {
    const html = page({});
    expect(html).toContain('name="base" value="&quot;a1&quot;"');
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(html).toContain('name="showDatasets" value="yes" checked>');
    expect(html).toContain('name="showNarratives" value="yes">');
    // HTML parsers drop the first line break in a textarea, so that the second one is the text's.
    expect(html).toContain('spellcheck="true">\n\n&lt;/textarea&gt;&lt;script&gt;</textarea>');
    expect(html).not.toMatch(/autofocus|aria-invalid|data-unsaved/);
  });

  it("ties a problem to its field, and goes to the first one when the form was refused", () => {
    const problems = { byline: "Too <long>.", website: "None." };
    const html = page({ problems, notice: { kind: "refused" } });
    expect(html).toContain(
      'aria-describedby="overview-byline-hint overview-byline-problem" aria-invalid="true" autofocus',
    );
    expect(html).toContain('role="alert" id="overview-byline-problem">Too &lt;long&gt;.</p>');
    expect(html.match(/autofocus/g)).toHaveLength(1);
    expect(html).toContain("Not saved: see what is wrong above.");
    expect(page({ problems })).not.toContain("autofocus");
  });

  it("has what somebody else stored, escaped, and keeps the own text", () => {
    const html = page({ notice: { kind: "conflict", text: "<i>theirs</i>", isDeleted: false } });
    expect(html).toContain("&lt;i&gt;theirs&lt;/i&gt;</pre>");
    expect(html).toContain("Save mine over theirs");
    expect(html).toContain('value="By us"');
    expect(html).toContain(" data-unsaved>");
    const deleted = page({ notice: { kind: "conflict", text: "", isDeleted: true } });
    expect(deleted).toContain("somebody else deleted the overview");
    expect(deleted).not.toContain("theirs");
    const large = page({ notice: { kind: "conflict", text: undefined, isDeleted: false } });
    expect(large).toContain('<a href="/groups/lab-one/settings/overview">');
  });

  it("says that it was saved, and has the focus stay", () => {
    const html = page({ notice: { kind: "saved" } });
    expect(html).toMatch(
      /<button type="submit" aria-describedby="overview-outcome" autofocus>Save<\/button>/,
    );
    expect(html).toContain(">Saved.</p>");
  });

  it("shows a preview as the group's page does, or why there is only plain text", () => {
    expect(page({ preview: { kind: "html", html: "<p>Words.</p>" } })).toContain(
      '<div class="overview"><p>Words.</p></div>',
    );
    const plain = page({ preview: { kind: "text", text: "<p>", reason: "Too deep." } });
    expect(plain).toContain("Shown as plain text: Too deep.");
    expect(plain).toContain('<pre class="overview plain">&lt;p&gt;</pre>');
  });

  it("has the whole file instead, if that has no fields", () => {
    const html = page({ edit: { kind: "source", source: "---\na: [" }, problems: { text: "Line 2." } });
    expect(html).toContain('name="source"');
    expect(html).toContain("Line 2.");
    expect(html).not.toMatch(/name="title"|Preview/);
  });

  it("leaves a large file to a script", () => {
    const html = page({ edit: { kind: "unread" } });
    expect(html).toContain('data-address="/groups/lab-one/settings/overview" data-etag="&quot;a1&quot;"');
    expect(html).toContain("/assets/overview-source.");
    expect(html).not.toContain("/assets/overview-form.");
  });

  it("shows others no form, and says which role is needed", () => {
    const html = page(undefined);
    expect(html).toContain("Only owners of this group can change its settings.");
    expect(html).not.toMatch(/<textarea|settings[^"]*\.js/);
  });

  it("has a button to delete the logo only if there is one, and nothing of it when that is not known", () => {
    expect(page({})).toContain('<button type="button" class="secondary" data-action="delete" hidden>');
    expect(page({}, true)).toContain('src="/logos/lab-one"');
    const html = renderGroupSettings({
      layout: alice,
      group: lab,
      head: headOf(lab, "settings"),
      hasLogo: undefined,
      overview: form,
    });
    expect(html).not.toMatch(/id="logo"|logo-form/);
  });
});
