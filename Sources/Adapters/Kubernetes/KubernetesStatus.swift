import HTTPTransport

/// What the API server says of a request that it didn't do (`kind: Status`).
///
/// Its message is not for showing: where a patch is invalid, it repeats the whole Secret.
struct KubernetesStatus: Decodable {
    struct Details: Decodable {
        struct Cause: Decodable {
            let reason: String?
            let field: String?
        }
        let causes: [Cause]?
    }

    let reason: String?
    let message: String?
    let details: Details?

    /// The words that can't hold anything of an object: a right that is missing, by verb and
    /// resource, and else the reason and the fields that it is about.
    static func words(_ response: HTTPResponse) -> String? {
        guard let status = try? response.json(KubernetesStatus.self) else { return nil }
        if response.status == 403, let right = status.missingRight { return right }
        let causes = (status.details?.causes ?? []).map {
            "\($0.reason ?? "") at \($0.field ?? "")"
        }
        let said = [status.reason ?? ""] + causes
        return said.joined(separator: "; ")
    }

    /// `secrets "billing" is forbidden: User "x" cannot patch resource "secrets" in …`; nil where
    /// it is something else that forbids, such as an admission webhook.
    private var missingRight: String? {
        guard reason == "Forbidden", let message, message.contains(" is forbidden: User "),
            message.contains(" cannot "), message.contains(" resource ")
        else { return nil }
        return message
    }
}
