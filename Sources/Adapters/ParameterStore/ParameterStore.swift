import RotationCore

/// A secret store that is a parameter of AWS Systems Manager, or a field of a JSON document in one.
///
/// There is no write that depends on what was read. So the version is compared just before the
/// write, and the number of the new version shows whether somebody else was in between.
struct ParameterStore: SecretStore {
    let api: ParameterAPI
    let region: String
    let text: SecretText
    /// The label by which consumers read; nil where they read the newest version.
    let label: String?

    static let capabilities = StoreCapabilities(
        comparesAndSets: false, readable: true, versioned: true)

    var capabilities: StoreCapabilities { text.capabilities(Self.capabilities) }

    func identity() async throws(AdapterError) -> TargetIdentity {
        guard let newest = try await api.version() else { throw missing }
        return TargetIdentity(rawValue: "aws-ssm-parameter:\(try asserted(newest).arn)")
    }

    /// A version that is of the region of the plan, and encrypted.
    private func asserted(_ version: ParameterAPI.Version)
        throws(AdapterError) -> ParameterAPI.Version
    {
        let parts = version.arn.split(
            separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "ssm", parts[3] == region else {
            throw AdapterError(
                .wrongTarget, code: "aws-ssm-parameter-other-parameter",
                message: "aws-ssm-parameter: the parameter that answers is "
                    + safeText(version.arn))
        }
        guard version.type == ParameterAPI.type else {
            throw refused("not-secure", "the parameter is no SecureString, and not encrypted")
        }
        return version
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        guard let seen = try await api.version(at: label) else { return nil }
        return try stored(asserted(seen))
    }

    private func stored(_ version: ParameterAPI.Version) throws(AdapterError) -> StoredSecret? {
        try text.stored(in: version.text, at: StoreVersion(rawValue: String(version.number)))
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        guard let seen = try await api.version(at: label) else {
            guard version == nil else { throw changed }
            throw refused("no-value", "no version has the label yet: put it on one first")
        }
        guard try stored(asserted(seen))?.version == version else { throw changed }
        let after = try text.replacing(with: content, in: seen.text)
        guard let last = try await api.history().last else { throw missing }
        guard label != nil || last.number == seen.number else { throw changed }
        guard after.utf8.count <= last.cap else {
            throw refused("too-big", "the value would have more than \(last.cap) bytes")
        }
        if let label {
            try await move(label, from: seen, to: after, behind: last)
            return try await confirm(after)
        }
        let made = try await api.put(after, like: last)
        try await confirm(after)
        guard made == last.number + 1 else {
            throw unknown(
                "overtaken",
                "somebody else wrote after the comparison, and theirs is not the newest version "
                    + "any more")
        }
    }

    /// Puts the label on a version that holds `text`: on the one of a write that was cut in front
    /// of the move, if it is the newest, or else on a new one.
    ///
    /// Until the move nothing has changed that consumers read, so what it proves holds for all.
    private func move(
        _ label: String, from seen: ParameterAPI.Version, to text: String,
        behind last: ParameterTraits
    ) async throws(AdapterError) {
        var made: Int?
        if last.number > seen.number, last.labels?.isEmpty ?? true {
            let newest = try await api.version(at: String(last.number))
            if newest?.text == text { made = last.number }
        }
        if made == nil { made = try await api.put(text, like: last) }
        guard let made, try await api.version(at: label)?.number == seen.number else {
            throw changed
        }
        try await api.move(label, to: made)
    }

    private func confirm(_ written: String) async throws(AdapterError) {
        let seen: ParameterAPI.Version?
        do throws(AdapterError) {
            seen = try await api.version(at: label)
        } catch {
            throw error.leavingDoubt
        }
        guard seen?.text == written else {
            throw unknown("not-as-written", "the parameter does not hold what was just written")
        }
    }

    private func unknown(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .unknown, code: "aws-ssm-parameter-\(code)", message: "aws-ssm-parameter: \(reason)")
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "aws-ssm-parameter-changed",
            message: "aws-ssm-parameter: the parameter was changed by somebody else")
    }

    private var missing: AdapterError {
        AdapterError(
            .missing, code: "aws-ssm-parameter-not-found",
            message: "aws-ssm-parameter: there is no such parameter")
    }

    private func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "aws-ssm-parameter-\(code)", message: "aws-ssm-parameter: \(reason)")
    }
}
