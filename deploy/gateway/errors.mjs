// Errors as HTTP: the status code of google.rpc.Code, and google.rpc.Status as JSON.
import { create, fromBinary, toJson } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { status as Code } from '@grpc/grpc-js';

const HTTP = {
  [Code.CANCELLED]: 499,
  [Code.INVALID_ARGUMENT]: 400,
  [Code.FAILED_PRECONDITION]: 400,
  [Code.OUT_OF_RANGE]: 400,
  [Code.UNAUTHENTICATED]: 401,
  [Code.PERMISSION_DENIED]: 403,
  [Code.NOT_FOUND]: 404,
  [Code.ABORTED]: 409,
  [Code.ALREADY_EXISTS]: 409,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.UNIMPLEMENTED]: 501,
  [Code.UNAVAILABLE]: 503,
  [Code.DEADLINE_EXCEEDED]: 504,
};

export const httpStatus = (code) => HTTP[code] ?? 500;

// An error of the gateway's own; `http` where HTTP has a better code than google.rpc.Code gives.
export class GatewayError extends Error {
  constructor(code, reason, message, { http = httpStatus(code), field = undefined, headers = {} } = {}) {
    super(message);
    Object.assign(this, { code, reason, http, field, headers });
  }
}

// Builds the messages of `registry`; answers { http, headers, body } with body as a JavaScript value.
export class ErrorWriter {
  #registry;
  #status;

  constructor(registry) {
    this.#registry = registry;
    this.#status = registry.getMessage('google.rpc.Status');
  }

  #make(name, init) {
    return anyPack(this.#registry.getMessage(name), create(this.#registry.getMessage(name), init));
  }

  // Of a GatewayError.
  own(error) {
    const details = [this.#make('google.rpc.ErrorInfo', { reason: error.reason, domain: 'jixiao' })];
    if (error.field !== undefined) {
      details.push(this.#make('google.rpc.BadRequest', { fieldViolations: [this.#violation(error.field, error.message)] }));
    }
    const status = create(this.#status, { code: error.code, message: error.message, details });
    return { http: error.http, headers: error.headers, body: this.#json(status) };
  }

  #violation(field, description) {
    return create(this.#registry.getMessage('google.rpc.BadRequest.FieldViolation'), { field, description });
  }

  // Of a failed call: what the server said stands in the trailer grpc-status-details-bin.
  ofCall(error) {
    const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
    let status;
    try {
      if (bytes !== undefined) status = fromBinary(this.#status, bytes);
    } catch {
      // Not a google.rpc.Status: code and text still say what is to be said.
    }
    if (status?.code !== error.code) status = create(this.#status, { code: error.code ?? Code.UNKNOWN, message: error.details });
    const headers = {};
    for (const any of status.details) {
      const detail = anyUnpack(any, this.#registry);
      if (detail?.$typeName !== 'google.rpc.RetryInfo') continue;
      const { seconds = 0n, nanos = 0 } = detail.retryDelay ?? {};
      headers['retry-after'] = String(Number(seconds) + (nanos > 0 ? 1 : 0));
    }
    return { http: httpStatus(status.code), headers, body: this.#json(status) };
  }

  #json(status) {
    // A detail of an unknown type would make the whole error unreadable.
    status.details = status.details.filter((any) => anyUnpack(any, this.#registry) !== undefined);
    return toJson(this.#status, status, { registry: this.#registry, useProtoFieldName: true });
  }
}
