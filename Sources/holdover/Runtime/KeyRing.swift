import Adapters
import Foundation
import RotationCore
import RotationEngine

/// The sealing key of a file, which its keeper may have to unwrap first.
///
/// An unwrapped key is in memory only, for as long as the command runs.
struct KeyRing {
    let path: String
    var adapters: AdapterRegistry = Ports.factory()

    /// The key; throws where there is none, and where its keeper doesn't unwrap it.
    func key() async throws -> SealingKey {
        switch try KeyFile.load(path: path) {
        case .plain(let key): key
        case .wrapped(let wrapped): try await unwrap(wrapped)
        }
    }

    /// The key that is there, or a new one, which the keeper that the file `description` names
    /// wraps.
    func keyOrNew(wrappedAs description: String?) async throws -> (SealingKey, isNew: Bool) {
        let keeper = try description.map(Self.keeper)
        if access(path, F_OK) == 0 {
            try check(isWrappedBy: keeper)
            return (try await key(), false)
        }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try Init.makeDirectory(parent)
        let key = SealingKey.generate()
        guard let keeper else {
            try key.save(path: path)
            return (key, true)
        }
        let wrapped: WrappedKey
        do throws(AdapterError) {
            wrapped = WrappedKey(
                key, by: keeper, as: try await adapters.keeper(keeper).wrap(key.bytes))
        } catch { throw Problem(wrappedKey: path, error) }
        // Whoever may wrap may not unwrap yet, and then nothing should be sealed with it.
        _ = try await unwrap(wrapped)
        try wrapped.save(path: path)
        return (key, true)
    }

    private func unwrap(_ wrapped: WrappedKey) async throws -> SealingKey {
        let bytes: [UInt8]
        do throws(AdapterError) {
            bytes = try await adapters.keeper(wrapped.keeper).unwrap(wrapped.wrapped)
        } catch { throw Problem(wrappedKey: path, error) }
        return try wrapped.opened(as: bytes)
    }

    /// Who asked for a wrapped key must not be given one that lies there for everybody to take.
    private func check(isWrappedBy keeper: TargetSettings?) throws {
        guard let keeper else { return }
        if case .wrapped(let held) = try KeyFile.load(path: path), held.keeper == keeper { return }
        throw Problem(
            .usage, code: "key-not-so-wrapped", "\(path) is a key already, and not wrapped so",
            state: "nothing was made", hint: "name another file with --seal-key")
    }

    private static func keeper(_ path: String) throws -> TargetSettings {
        guard let document = FileManager.default.contents(atPath: path),
            let keeper = WrappedKey.keeper(document: Array(document))
        else {
            throw Problem(
                .usage, code: "no-key-keeper", "\(path) doesn't say who wraps keys",
                state: "nothing was made",
                hint: "write a JSON object of texts: type, address, key, auth")
        }
        return keeper
    }
}
