import HTTPTypes
import Hummingbird

/// An error of Key Vault: `{"error":{"code","message","innererror":{"code"}}}`.
struct KeyVaultError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    let inner: String?

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, inner: String? = nil
    ) {
        (self.status, self.code, self.message, self.inner) = (status, code, message, inner)
    }

    var response: Response {
        var error: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
        if let inner { error["innererror"] = ["code": .string(inner)] }
        return Reply.json(["error": JSONValue.object(error)], status: status)
    }

    /// Who asks without a token is told where one is to be had.
    static func challenge(_ message: String, authority: String) -> Response {
        var response = KeyVaultError(.unauthorized, "Unauthorized", message).response
        response.headers[.wwwAuthenticate] =
            "Bearer authorization=\"\(authority)\", resource=\"\(KeyVaultService.resource)\""
        return response
    }

    static func throttled(_ wait: Int?) -> Response {
        var response = KeyVaultError(
            .tooManyRequests, "Throttled",
            "Request was not processed because too many requests were received. Reason: "
                + "VaultRequestTypeLimitReached"
        ).response
        if let wait { response.headers[.retryAfter] = "\(wait)" }
        return response
    }

    static func bad(_ message: String) -> KeyVaultError {
        KeyVaultError(.badRequest, "BadParameter", message)
    }

    static func notFound(_ name: String) -> KeyVaultError {
        KeyVaultError(
            .notFound, "SecretNotFound",
            "A secret with (name/id) \(name) was not found in this key vault. If you recently "
                + "deleted this secret you may be able to recover it using the correct recovery "
                + "command.")
    }

    static let disabled = KeyVaultError(
        .forbidden, "Forbidden", "Operation get is not allowed on a disabled secret.",
        inner: "SecretDisabled")

    static func deleted(_ name: String) -> KeyVaultError {
        KeyVaultError(
            .conflict, "Conflict",
            "Secret \(name) is currently in a deleted but recoverable state, and its name cannot "
                + "be reused; in this state, the secret can only be recovered or purged.",
            inner: "ObjectIsDeletedButRecoverable")
    }

    static func forbidden(_ caller: String, _ action: String) -> KeyVaultError {
        KeyVaultError(
            .forbidden, "Forbidden",
            "Caller is not authorized to perform action on resource.\r\nCaller: appid=\(caller)"
                + "\r\nAction: 'Microsoft.KeyVault/vaults/secrets/\(action)/action'",
            inner: "ForbiddenByRbac")
    }
}
