// Gives documents their titles and groups, and leads from every page to the lab, wherever the site is.

import { documents } from "./documents.mjs";

const listed = new Map(documents().map((document) => [document.path.replace(/\.md$/, ""), document]));

export function load(app) {
  app.converter.on("createDocument", (_, document) => {
    const { title, group } = listed.get(document.name);
    document.name = title;
    document.frontmatter.group = group;
  });
  app.renderer.on("endPage", (page) => {
    const up = "../".repeat(page.url.split("/").length - 1);
    page.contents = page.contents
      ?.replaceAll('href="lab/index.html"', `href="${up}lab/index.html"`)
      // The name of the front page is left out, which servers understand, and browsers that open a file do not.
      .replaceAll(/href="\.\.\/(?=[#"])/g, 'href="../index.html');
  });
}
