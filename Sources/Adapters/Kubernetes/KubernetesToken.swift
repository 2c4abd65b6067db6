import Glibc
import RotationCore

/// What proves to the cluster who calls.
enum KubernetesToken: Sendable {
    /// What a plan's reference led to.
    case held(ClientSecret)
    /// The file that the kubelet keeps: it is replaced long before the token in it is over.
    case file(String)

    /// As it is now.
    func now() throws(AdapterError) -> ClientSecret {
        switch self {
        case .held(let token): token
        case .file(let path): try Self.read(path)
        }
    }

    /// The kubelet makes it readable for everybody unless the pod says as whom it runs; there is
    /// nobody else in a container, so that is no reason to refuse it.
    private static func read(_ path: String) throws(AdapterError) -> ClientSecret {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            throw KubernetesAPI.failure(
                .missing, "no-service-account",
                "\(safeText(path)) \(FileFailure.words(errno)): is a service account's token "
                    + "mounted here?")
        }
        let file = OpenFile(descriptor: descriptor, path: path)
        defer { file.close() }
        let bytes = try file.content(upTo: SecretResolver.cap)
        let text = String(decoding: bytes, as: UTF8.self).trimmed
        guard !text.isEmpty else {
            throw KubernetesAPI.failure(
                .missing, "no-service-account", "\(safeText(path)) is empty")
        }
        return ClientSecret(text)
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        let body = drop(while: \.isWhitespace)
        let end = body.lastIndex { !$0.isWhitespace }
        return end.map { String(body[...$0]) } ?? ""
    }
}
