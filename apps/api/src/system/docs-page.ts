/** Where the files of Swagger UI are served from. */
export const docsAssets = '/assets/api-docs/';

/** The readable API document: Swagger UI over `/api/openapi.json`. Only the nonced script and our own files run. */
export function docsPage(nonce: string): { html: string; policy: string } {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Lockstep API</title>
    <link rel="stylesheet" href="${docsAssets}swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script nonce="${nonce}" src="${docsAssets}swagger-ui-bundle.js"></script>
    <script nonce="${nonce}">SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true });</script>
  </body>
</html>`;
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'self'`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return { html, policy };
}
