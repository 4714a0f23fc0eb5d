// Show the API's description with Swagger UI; a change is sent with the form token of the sign-in.

const place = document.getElementById("api");
const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
    return request;
  },
});
