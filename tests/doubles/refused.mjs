// What GitHub refuses, as it words it.
export class Refused extends Error {
  constructor(status, message, errors) {
    super(message);
    this.status = status;
    this.body = { message, ...(errors && { errors }), documentation_url: 'https://docs.github.com/rest', status: String(status) };
  }

  static notFound() {
    return new Refused(404, 'Not Found');
  }

  static validation(...errors) {
    return new Refused(422, 'Validation Failed', errors);
  }

  static invalid(resource, field, message) {
    return new Refused(422, message, [{ resource, field, code: 'invalid' }]);
  }

  static integration() {
    return new Refused(403, 'Resource not accessible by integration');
  }
}
