public import RotationCore
import Synchronization

/// What others do to the world while a rotation is under way.
public struct Meddling: Sendable {
    let world: World

    /// Another tool puts the original value back into a store.
    public func revertStore(_ index: Int) {
        world.state.withLock { state in
            let original = state.secrets.first { $0.owner == .original }?.value
            if let original { state.stores[index].value = original }
            if state.stores[index].candidate != nil { state.stores[index].candidate = original }
            state.stores[index].version += 1
        }
    }

    /// Another tool puts the client_id back that a store began with, and not the secret.
    public func revertClient(ofStore index: Int) {
        world.state.withLock { state in
            state.stores[index].client = ClientID(rawValue: WorldServer.pair[0].rawValue)
            state.stores[index].version += 1
        }
    }

    /// Another tool writes a value of its own into a store.
    public func overwriteStore(_ index: Int, with value: String) {
        world.state.withLock { state in
            state.stores[index].value = value
            state.stores[index].version += 1
        }
    }

    /// Another tool writes a value of its own beside the secret.
    public func overwriteCandidate(_ index: Int, with value: String) {
        world.state.withLock { state in
            state.stores[index].candidate = value
            state.stores[index].version += 1
        }
    }

    /// Somebody sets the machine's clock; the boot clock stays as it is.
    public func setClock(by span: Span) {
        world.state.withLock { $0.skew += span.milliseconds }
    }

    /// Somebody whom no plan names presents the secret that was in force at the beginning.
    public func presentOriginal(from address: String, by agent: String) {
        world.state.withLock { $0.note(useOf: World.original, from: address, by: agent) }
    }

    /// A colleague adds a secret.
    public func addForeignSecret(_ id: String) {
        world.state.withLock { state in
            state.secrets.append(
                WorldSecret(
                    id: CredentialID(rawValue: id), value: "foreign-\(id)", owner: .foreign))
        }
    }

    /// A colleague deletes the secret that we made.
    public func deleteOurSecret() {
        world.state.withLock { state in state.secrets.removeAll { $0.owner == .ours } }
    }
}
