import HTTPTransport
import RotationCore

extension VaultStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = warnings
        do throws(AdapterError) {
            _ = try await identity()
            let rights = try await rights()
            for needed in ["read", "update"] where !rights.document.contains(needed) {
                findings.append(
                    Finding(
                        .problem, code: "vault-not-allowed-to-\(needed)",
                        message: "vault: the token may not \(needed) \(safeText(place.dataPath))"))
            }
            if findings == warnings { _ = try await read() }
            if rights.metadata.contains("read") { findings += try await metadataFindings() }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// What the token may do with the document and with its metadata.
    private func rights() async throws(AdapterError)
        -> (document: Set<String>, metadata: Set<String>)
    {
        let paths = [place.dataPath] + (place.metadataPath.map { [$0] } ?? [])
        let body = JSONDocument.object([("paths", JSONDocument.array(texts: paths))])
        let response = try await login.send("POST", "sys/capabilities-self", body: body, .read)
        guard response.status == 200 else { throw api.error(response, .read) }
        let answer = try api.decode(VaultCapabilitiesAnswer.self, response, .read).data
        let all = paths.map { path in
            let rights = Set(
                answer[path] ?? (paths.count == 1 ? answer["capabilities"] : nil) ?? [])
            return rights.contains("root") ? ["read", "create", "update"] : rights
        }
        return (all[0], all.count > 1 ? all[1] : [])
    }

    /// What is said of versions: how many are kept, and for how long.
    private func metadataFindings() async throws(AdapterError) -> [Finding] {
        guard let path = place.metadataPath else { return [] }
        let response = try await login.send("GET", URLPart.path(path), .read)
        if response.status == 404 { return [] }
        guard response.status == 200 else { throw api.error(response, .read) }
        let said = try api.decode(VaultMetadataAnswer.self, response, .read).data
        var findings: [Finding] = []
        if said.keepsOne {
            findings.append(
                Finding(
                    .warning, code: "vault-one-version",
                    message: "vault: max_versions is 1, so nobody can look at the value before a "
                        + "write; a rollback has it from the journal"))
        }
        if let span = said.lifetime {
            findings.append(
                Finding(
                    .warning, code: "vault-versions-end",
                    message: "vault: delete_version_after is \(safeText(span)): consumers find "
                        + "nothing any more once the version is that old"))
        }
        return findings
    }
}

/// The metadata of a KV v2 document.
struct VaultMetadataAnswer: Decodable, Sendable {
    struct Said: Decodable, Sendable {
        private let max_versions: Int?
        private let delete_version_after: String?

        /// 0 leaves it to the mount, which keeps ten unless it says otherwise.
        var keepsOne: Bool { max_versions == 1 }
        /// How long a version lasts; nil where for good.
        var lifetime: String? { delete_version_after == "0s" ? nil : delete_version_after }
    }
    let data: Said
}
