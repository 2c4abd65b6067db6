import HTTPTypes
import Hummingbird

/// The metadata server of a machine of Google's, as far as it gives tokens.
struct GoogleMetadata: Sendable {
    static let path = "/computeMetadata/v1/instance/service-accounts/default/token"

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        router.get("\(Self.path)") { request, _ in
            // Nobody is led here by a page, or by a proxy.
            guard request.headers[named: "Metadata-Flavor"] == "Google",
                request.headers[named: "X-Forwarded-For"] == nil
            else { return Reply.text("Missing required header\n", status: .forbidden) }
            var response = Reply.json(
                [
                    "access_token": .string(practice.credentials.adminToken),
                    "expires_in": .integer(practice.withState { $0.settings.tokenLifetime }),
                    "token_type": "Bearer",
                ] as JSONValue)
            response.headers[named: "Metadata-Flavor"] = "Google"
            return response
        }
    }
}
