import Hummingbird
import JWTKit

/// Notes each call that a vendor answers to an access token of ours.
struct CallLogger: RouterMiddleware {
    typealias Context = PracticeContext

    let practice: Practice

    func handle(
        _ request: Request, context: PracticeContext,
        next: (Request, PracticeContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer",
            // Whether it is genuine is for the vendor to say, and in the status.
            let token = try? DefaultJWTParser().parse(
                Array(words[1].utf8), as: AccessToken.self
            ).payload
        else { return response }
        let entry = CallLog.Entry(
            method: request.method.rawValue, path: request.uri.path,
            status: response.status.code, clientId: token.clientID, secretId: token.secretID)
        practice.withState { $0.calls.append(entry) }
        return response
    }
}
