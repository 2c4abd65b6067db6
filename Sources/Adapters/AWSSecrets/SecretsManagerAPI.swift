import HTTPTransport
import RotationCore

/// Secrets Manager's calls about one secret.
///
/// Source: the service's model in botocore 1.44.5, and the API reference.
struct SecretsManagerAPI: Sendable {
    let api: AWSAPI
    /// The secret as the plan names it: a name or an ARN.
    let secret: String

    /// A label of a version, of which each is on one version at most.
    enum Stage: String, Sendable {
        case current = "AWSCURRENT"
        case pending = "AWSPENDING"
    }

    /// How many bytes a secret may have.
    static let cap = 65_536

    /// A version with what it holds.
    struct Version: Decodable, Sendable {
        let arn: String
        let id: String
        /// Nil where it holds bytes.
        let text: String?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case id = "VersionId"
            case text = "SecretString"
        }
    }

    /// What is known of a secret but for what it holds.
    struct Description: Decodable, Sendable {
        let arn: String
        let deletedAt: Double?
        let isRotated: Bool?
        let owner: String?
        let primaryRegion: String?
        let stages: [String: [String]]?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case deletedAt = "DeletedDate"
            case isRotated = "RotationEnabled"
            case owner = "OwningService"
            case primaryRegion = "PrimaryRegion"
            case stages = "VersionIdsToStages"
        }

        /// The version that a label is on.
        func version(at stage: Stage) -> String? {
            stages?.first { $0.value.contains(stage.rawValue) }?.key
        }
    }

    /// The version that consumers read; nil where the secret holds nothing yet.
    func current() async throws(AdapterError) -> Version? {
        do throws(AdapterError) {
            // Without a stage it is the same, but not at every emulator.
            let response = try await call(
                "GetSecretValue", [("VersionStage", .text(Stage.current.rawValue))], .read)
            return try api.admin.decode(Version.self, response, .read)
        } catch {
            guard error.kind == .missing else { throw error }
            // The same error for a secret that isn't there, and for one without a value.
            _ = try await description()
            return nil
        }
    }

    func description() async throws(AdapterError) -> Description {
        let response = try await call("DescribeSecret", [], .read)
        return try api.admin.decode(Description.self, response, .read)
    }

    /// Makes the version `token` with `text`, labelled as pending; does nothing where it is there.
    func put(_ text: String, as token: VersionToken) async throws(AdapterError) {
        struct Answer: Decodable {
            let id: String

            enum CodingKeys: String, CodingKey { case id = "VersionId" }
        }
        let response = try await call(
            "PutSecretValue",
            [
                ("ClientRequestToken", .text(token.id)), ("SecretString", .text(text)),
                ("VersionStages", .texts([Stage.pending.rawValue])),
            ], .repeatable)
        guard try api.admin.decode(Answer.self, response, .repeatable).id == token.id else {
            throw CallOutcome(adapter: api.admin.login.adapter).unreadable(
                .repeatable, "the answer is about another version")
        }
    }

    /// Moves a label from one version to another, or away; fails where it isn't on `old`.
    func move(_ stage: Stage, from old: String, to new: String? = nil)
        async throws(AdapterError)
    {
        let target = new.map { [("MoveToVersionId", AWSAPI.Value.text($0))] } ?? []
        _ = try await call(
            "UpdateSecretVersionStage",
            [("VersionStage", .text(stage.rawValue)), ("RemoveFromVersionId", .text(old))]
                + target, .repeatable)
    }

    private func call(_ operation: String, _ more: AWSAPI.Members, _ effect: CallEffect)
        async throws(AdapterError) -> HTTPResponse
    {
        try await api.call(operation, [("SecretId", .text(secret))] + more, effect)
    }

    /// What a label that isn't where it was said to be gets, among other things.
    static let invalid = "invalid-parameter"

    /// Secrets Manager's own errors.
    static func rule(_ failure: AWSFailure) -> (kind: AdapterError.Kind, code: String)? {
        switch failure.type {
        case "InvalidParameterException": (.refused, invalid)
        case "InvalidRequestException": (.refused, "invalid-request")
        case "LimitExceededException": (.refused, "version-limit")
        case "ResourceExistsException": (.refused, "version-exists")
        case "EncryptionFailure", "EncryptionFailureException": (.refused, "kms-cannot-encrypt")
        case "DecryptionFailure", "DecryptionFailureException": (.refused, "kms-cannot-decrypt")
        default: AWSFailure.keyRule(failure)
        }
    }
}
