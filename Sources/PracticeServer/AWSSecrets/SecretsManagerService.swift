import Foundation
import HTTPTypes
import Hummingbird

/// AWS Secrets Manager, to practise on: the operations that a rotation needs, and those with which
/// a test sets the scene.
struct SecretsManagerService: Sendable {
    static let mount = "/secretsmanager"

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        router.post("\(Self.mount)/") { request, _ in await answer(request) }
    }

    private func answer(_ request: Request) async -> Response {
        do throws(AWSError) {
            let call = try await AWSStoreCall(
                request, target: "secretsmanager", service: "secretsmanager", practice)
            return AWSError.reply(try perform(call), .ok)
        } catch {
            return error.response
        }
    }

    private func perform(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        switch call.operation {
        case "CreateSecret": return try create(call)
        case "PutSecretValue":
            let (token, content) = (try token(call), try content(call))
            guard let content else {
                throw SecretsManagerRules.invalid(
                    "You must provide either SecretString or "
                        + "SecretBinary.")
            }
            let stages = try call.texts("VersionStages").map(Set.init)
            let (made, secret) = try change(
                call, SecretsManagerRules.put(content, token: token, stages: stages))
            var members = names(secret)
            members["VersionId"] = .string(made.id)
            members["VersionStages"] = Self.list(made.stages)
            return members
        case "UpdateSecretVersionStage":
            let (_, secret) = try change(
                call,
                SecretsManagerRules.move(
                    try call.required("VersionStage", upTo: 256),
                    from: try version(call, "RemoveFromVersionId"),
                    to: try version(call, "MoveToVersionId")))
            return names(secret)
        case "GetSecretValue": return try value(call)
        case "DescribeSecret": return describe(try find(call))
        case "ListSecretVersionIds": return list(try find(call))
        case "DeleteSecret", "RestoreSecret", "RotateSecret": return try mark(call)
        default: throw .unknownOperation
        }
    }
}

extension SecretsManagerService {
    private func create(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let name = try call.required("Name", upTo: 512)
        let (token, content) = (try token(call), try content(call))
        let key = try call.text("KmsKeyId")
        guard name.wholeMatch(of: /[A-Za-z0-9\/_+=.@-]+/) != nil else {
            throw SecretsManagerRules.invalid(
                "Invalid name. Must be a valid name containing "
                    + "alphanumeric characters, or any of the following: -/_+=.@!")
        }
        let (secret, isNew) = practice.withState { state in
            if let held = state.awsSecrets[name] { return (held, false) }
            var secret = ManagedSecret(name: name, at: state.now)
            secret.key = key
            if let content {
                secret.versions = [
                    ManagedSecret.Version(
                        id: token, content: content, created: state.now,
                        stages: [ManagedSecret.current])
                ]
            }
            state.awsSecrets[name] = secret
            return (secret, true)
        }
        guard isNew || (content != nil && secret.version(token)?.content == content) else {
            throw AWSError(
                "ResourceExistsException",
                "The operation failed because the secret \(name) already exists.")
        }
        var members = names(secret)
        members["VersionId"] = content.map { _ in .string(token) }
        return members
    }

    private func value(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let secret = try find(call)
        try SecretsManagerRules.mayChange(secret)
        let wanted = try version(call, "VersionId")
        let stage = try call.text("VersionStage", upTo: 256)
        let found = seen(secret).first {
            if let wanted, $0.id != wanted { return false }
            guard stage != nil || wanted == nil else { return true }
            return $0.stages.contains(stage ?? ManagedSecret.current)
        }
        guard let found, let content = found.content else {
            throw AWSError(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for "
                    + (wanted.map { "VersionId: \($0)" }
                        ?? "staging label: \(stage ?? ManagedSecret.current)"))
        }
        try SecretsManagerRules.mayUseKey(secret.key, orThrow: "DecryptionFailure")
        var members = names(secret)
        members["VersionId"] = .string(found.id)
        members["VersionStages"] = Self.list(found.stages)
        members["CreatedDate"] = Self.date(found.created)
        switch content {
        case .text(let text): members["SecretString"] = .string(text)
        case .binary(let bytes): members["SecretBinary"] = .string(bytes)
        }
        return members
    }

    private func describe(_ secret: ManagedSecret) -> [String: JSONValue] {
        var members = names(secret)
        let labelled = seen(secret).filter { !$0.stages.isEmpty }
        members["VersionIdsToStages"] = .object(
            Dictionary(uniqueKeysWithValues: labelled.map { ($0.id, Self.list($0.stages) ?? []) }))
        members["CreatedDate"] = Self.date(secret.created)
        members["DeletedDate"] = secret.deleted.map(Self.date)
        members["KmsKeyId"] = secret.key.map { .string($0) }
        members["RotationEnabled"] = secret.isRotated ? true : nil
        return members
    }

    /// Those without a label are in the list too: deprecated ones, which are still there.
    private func list(_ secret: ManagedSecret) -> [String: JSONValue] {
        var members = names(secret)
        members["Versions"] = .array(
            seen(secret).map { version in
                var members: [String: JSONValue] = [
                    "VersionId": .string(version.id), "CreatedDate": Self.date(version.created),
                ]
                members["VersionStages"] = Self.list(version.stages)
                return .object(members)
            })
        return members
    }

    /// Whether it is to be deleted, and whether Secrets Manager rotates it itself.
    private func mark(_ call: AWSStoreCall) throws(AWSError) -> [String: JSONValue] {
        let token = try call.operation == "RotateSecret" ? token(call) : ""
        let operation = call.operation
        let (_, secret) = try change(call) { secret, now throws(AWSError) in
            switch operation {
            case "DeleteSecret": secret.deleted = now + 30 * ManagedSecret.day
            case "RestoreSecret": secret.deleted = nil
            default:
                try SecretsManagerRules.mayChange(secret)
                secret.isRotated = true
                secret.versions.append(
                    ManagedSecret.Version(id: token, content: nil, created: now))
                secret.put("AWSPENDING", on: token)
            }
        }
        return names(secret)
    }
}

extension SecretsManagerService {
    private func names(_ secret: ManagedSecret) -> [String: JSONValue] {
        ["ARN": .string(secret.arn), "Name": .string(secret.name)]
    }

    private func seen(_ secret: ManagedSecret) -> [ManagedSecret.Version] {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return secret.versions(seenAt: now, lag: lag)
    }

    /// By its name or its whole ARN.
    private func find(_ call: AWSStoreCall) throws(AWSError) -> ManagedSecret {
        let id = try call.required("SecretId")
        let found = practice.withState { state in
            state.awsSecrets[id] ?? state.awsSecrets.values.first { $0.arn == id }
        }
        guard let found else { throw Self.unknownSecret }
        return found
    }

    private static let unknownSecret = AWSError(
        "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    private func change<Result: Sendable>(
        _ call: AWSStoreCall, _ body: SecretsManagerRules.Change<Result>
    ) throws(AWSError) -> (Result, ManagedSecret) {
        let name = try find(call).name
        return try practice.withState { state throws(AWSError) in
            guard var secret = state.awsSecrets[name] else { throw Self.unknownSecret }
            let now = state.now
            let before = secret.versions
            let result = try body(&secret, now)
            secret.remember(before, at: now)
            state.awsSecrets[name] = secret
            return (result, secret)
        }
    }

    /// What is sent without one, the service refuses; the vendor's own clients add it.
    private func token(_ call: AWSStoreCall) throws(AWSError) -> String {
        guard let token = call.input["ClientRequestToken"]?.string else {
            throw AWSError(
                "InvalidRequestException",
                "You must provide a ClientRequestToken value. We recommend a UUID-type value.")
        }
        guard (32...64).contains(token.utf8.count) else {
            throw SecretsManagerRules.invalid("ClientRequestToken must be 32-64 characters long.")
        }
        return token
    }

    private func version(_ call: AWSStoreCall, _ name: String) throws(AWSError) -> String? {
        guard let id = try call.text(name, upTo: 64) else { return nil }
        guard id.utf8.count >= 32 else {
            throw .invalid(
                name.prefix(1).lowercased() + name.dropFirst(),
                "have length greater than or equal to 32")
        }
        return id
    }

    private func content(_ call: AWSStoreCall) throws(AWSError) -> ManagedSecret.Content? {
        let text = try call.text("SecretString", upTo: 65_536)
        let binary = try call.text("SecretBinary", upTo: 87_384)
        guard text == nil || binary == nil else {
            throw SecretsManagerRules.invalid(
                "You can't specify both SecretString and SecretBinary.")
        }
        return text.map { .text($0) } ?? binary.map { .binary($0) }
    }

    /// In any order, and not there where it would be empty.
    private static func list(_ stages: Set<String>) -> JSONValue? {
        stages.isEmpty ? nil : .array(stages.sorted().map { .string($0) })
    }

    private static func date(_ moment: Milliseconds) -> JSONValue {
        .double(Double(moment) / 1_000)
    }
}
