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
        // AWS has one path for all operations; their names stand behind it for a fault to match.
        let target = HTTPField.Name("X-Amz-Target").flatMap { request.headers[$0] } ?? ""
        let fault =
            path.hasPrefix("/practice/") ? nil : takeFault(request.method.rawValue, path + target)
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
            return Dialect.owner(of: path)?.vendor.limitReached ?? serverError(fault)
        case .rateLimit:
            return Self.throttled(path, target, wait: fault.retryAfter)
                ?? rateLimited(fault, by: Dialect.owner(of: path))
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

    private func takeFault(_ method: String, _ path: String) -> Fault? {
        practice.withState { state in
            state.faults.faults.isEmpty
                ? nil
                : state.faults.take(
                    method: method, path: path, dialect: Dialect.owner(of: path))
        }
    }

    private func serverError(_ fault: Fault) -> Response {
        let status = HTTPResponse.Status(code: fault.status ?? 500)
        return Reply.text("\(status.code) \(status.reasonPhrase)\n", status: status)
    }

    /// What the stores of clouds say; nil for everything else.
    private static func throttled(_ path: String, _ target: String, wait: Int?) -> Response? {
        if path.hasPrefix("\(KeyVaultService.mount)/") { return KeyVaultError.throttled(wait) }
        if path.hasPrefix("\(GoogleSecretService.mount)/") {
            return GoogleSecretService.rateLimited.response
        }
        if path.hasPrefix("\(BarbicanService.mount)/") { return BarbicanError.throttled(wait) }
        let isAWS = Dialect.owner(of: path) == nil && !target.isEmpty
        return isAWS ? AWSError.throttled.response : nil
    }

    private func rateLimited(_ fault: Fault, by dialect: Dialect?) -> Response {
        let vendor = dialect?.vendor ?? KeycloakVendor.self
        return vendor.tooManyRequests(
            wait: fault.retryAfter ?? 1, at: practice.withState { $0.now })
    }
}
