import HTTPTransport
import RotationCore

/// Parameter Store's calls about one parameter.
///
/// Source: the model of `ssm` in botocore 1.44.5, and the API reference.
struct ParameterAPI: Sendable {
    let api: AWSAPI
    /// The parameter's name; not an ARN, by which nothing can be written.
    let name: String

    /// A version with what it holds.
    struct Version: Decodable, Sendable {
        let arn: String
        let type: String
        let text: String
        let number: Int

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case type = "Type"
            case text = "Value"
            case number = "Version"
        }
    }

    /// The version that has a label or a number, or the newest one; nil where no version has it.
    func version(at label: String? = nil) async throws(AdapterError) -> Version? {
        struct Answer: Decodable {
            let version: Version

            enum CodingKeys: String, CodingKey { case version = "Parameter" }
        }
        do throws(AdapterError) {
            let response = try await api.call(
                "GetParameter",
                [
                    ("Name", .text(label.map { "\(name):\($0)" } ?? name)),
                    ("WithDecryption", .flag(true)),
                ], .read)
            return try api.admin.decode(Answer.self, response, .read).version
        } catch {
            guard error.code == "aws-ssm-parameter-no-version" else { throw error }
            return nil
        }
    }

    /// All versions that are kept, at most a hundred, the oldest first and without what they hold.
    func history() async throws(AdapterError) -> [ParameterTraits] {
        struct Page: Decodable {
            let versions: [ParameterTraits]?
            let next: String?

            enum CodingKeys: String, CodingKey {
                case versions = "Parameters"
                case next = "NextToken"
            }
        }
        var all: [ParameterTraits] = []
        var next: String?
        for _ in 1...10 {
            let token = next.map { [(name: "NextToken", value: AWSAPI.Value.text($0))] } ?? []
            let response = try await api.call(
                "GetParameterHistory",
                [
                    ("Name", .text(name)), ("WithDecryption", .flag(false)),
                    ("MaxResults", .number(50)),
                ] + token, .read)
            let page = try api.admin.decode(Page.self, response, .read)
            all += page.versions ?? []
            next = page.next.flatMap { $0.isEmpty ? nil : $0 }
            if next == nil { return all.sorted { $0.number < $1.number } }
        }
        throw CallOutcome(adapter: api.admin.login.adapter).unreadable(
            .read, "the history doesn't end")
    }

    /// Makes a version like `last` that holds `text`, and gives its number.
    ///
    /// What isn't repeated is the default for the new version: another key, and no pattern.
    /// Policies stay where none are sent.
    func put(_ text: String, like last: ParameterTraits) async throws(AdapterError) -> Int {
        struct Answer: Decodable {
            let number: Int

            enum CodingKeys: String, CodingKey { case number = "Version" }
        }
        var members: AWSAPI.Members = [
            ("Name", .text(name)), ("Value", .text(text)), ("Type", .text(Self.type)),
            ("Overwrite", .flag(true)),
        ]
        for (name, value) in last.kept where !value.isEmpty { members.append((name, .text(value))) }
        let response = try await api.call("PutParameter", members, .repeatable)
        return try api.admin.decode(Answer.self, response, .repeatable).number
    }

    /// Puts `label` on a version, and takes it from the one that has it.
    func move(_ label: String, to number: Int) async throws(AdapterError) {
        struct Answer: Decodable {
            let refused: [String]?

            enum CodingKeys: String, CodingKey { case refused = "InvalidLabels" }
        }
        let response = try await api.call(
            "LabelParameterVersion",
            [
                ("Name", .text(name)), ("ParameterVersion", .number(number)),
                ("Labels", .texts([label])),
            ], .repeatable)
        let answer = try api.admin.decode(Answer.self, response, .repeatable)
        guard answer.refused?.isEmpty ?? true else {
            throw AdapterError(
                .refused, code: "aws-ssm-parameter-label-refused",
                message: "aws-ssm-parameter: \(safeText(label)) is no label that may be used")
        }
    }

    /// The one type that is encrypted.
    static let type = "SecureString"

    /// Parameter Store's own errors.
    static func rule(_ failure: AWSFailure) -> (kind: AdapterError.Kind, code: String)? {
        switch failure.type {
        case "ParameterNotFound": (.missing, "not-found")
        case "ParameterVersionNotFound": (.missing, "no-version")
        case "TooManyUpdates": (.unavailable(retryAfter: nil), "too-many-updates")
        case "ParameterMaxVersionLimitExceeded": (.refused, "version-limit")
        case "ParameterVersionLabelLimitExceeded": (.refused, "label-limit")
        case "ParameterPatternMismatchException": (.refused, "pattern-mismatch")
        case "InvalidKeyId": (.refused, "kms-key")
        case "HierarchyTypeMismatchException": (.refused, "other-type")
        default: AWSFailure.keyRule(failure)
        }
    }
}
