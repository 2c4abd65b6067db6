import HTTPTypes
import Hummingbird

/// Lets the practised faults happen, around everything but the control API.
struct FaultMiddleware: RouterMiddleware {
    typealias Context = PracticeContext

    let practice: Practice

    func handle(
        _ request: Request, context: PracticeContext,
        next: (Request, PracticeContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let fault = path.hasPrefix("/practice/") ? nil : takeFault(request.method.rawValue, path)
        guard let fault else { return try await next(request, context) }
        switch fault.kind {
        case .lostAnswer:
            _ = try await next(request, context)
            throw await context.hangUp()
        case .errorAfterEffect:
            _ = try await next(request, context)
            return serverError(fault)
        case .errorBeforeEffect:
            return serverError(fault)
        case .limit:
            return OktaError.tooManySecrets.response
        case .rateLimit:
            return rateLimited(fault, dialect: Self.dialect(of: path))
        case .slow:
            if fault.when == .after {
                let response = try await next(request, context)
                try await Task.sleep(for: .milliseconds(fault.ms ?? 1000))
                return response
            }
            try await Task.sleep(for: .milliseconds(fault.ms ?? 1000))
            return try await next(request, context)
        case .html:
            if fault.when == .after { _ = try await next(request, context) }
            return Reply.text(
                "<!doctype html><title>Sign in</title>\n", type: "text/html;charset=utf-8",
                status: .ok)
        case .refuseConnectionReset:
            throw await context.reset()
        }
    }

    static func dialect(of path: String) -> Dialect? {
        if path.hasPrefix("/realms/") || path.hasPrefix("/admin/") { return .keycloak }
        if path.hasPrefix("/oauth2/") || path.hasPrefix("/api/") { return .okta }
        return nil
    }

    private func takeFault(_ method: String, _ path: String) -> Fault? {
        practice.withState { state in
            state.faults.faults.isEmpty
                ? nil
                : state.faults.take(
                    method: method, path: path, dialect: Self.dialect(of: path))
        }
    }

    private func serverError(_ fault: Fault) -> Response {
        let status = HTTPResponse.Status(code: fault.status ?? 500)
        return Reply.text("\(status.code) \(status.reasonPhrase)\n", status: status)
    }

    private func rateLimited(_ fault: Fault, dialect: Dialect?) -> Response {
        let wait = fault.retryAfter ?? 1
        guard dialect == .okta else {
            // Keycloak limits nothing itself: this is the proxy in front of it.
            var response = Reply.text("429 Too Many Requests\n", status: .tooManyRequests)
            response.headers[.retryAfter] = "\(wait)"
            return response
        }
        // Okta documents no Retry-After: the reset header is all there is.
        let now = practice.withState { $0.now }
        return OktaError.rateLimited.response(
            rate: .init(limit: 600, remaining: 0, reset: now.seconds + Int64(wait), isOver: true))
    }
}
