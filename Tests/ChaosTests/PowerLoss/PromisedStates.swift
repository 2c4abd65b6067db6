import Foundation

/// What the journal and the stores may hold after a power loss at each moment of a recording.
///
/// Lower bounds come from what the world was told afterwards, never from a sync: a state must last
/// from the moment on at which something was done that can't be taken back.
struct PromisedStates: Sendable {
    /// A state, and the operation that brought it about.
    struct State: Sendable {
        let index: Int
        let content: Data?
    }

    /// The journal's committed states, oldest first: at the first there is none.
    let journal: [State]
    /// Each store's documents, oldest first.
    let stores: [String: [State]]
    /// The owners and modes that the stores had from the beginning.
    let attributes: [String: Attributes]
    /// Operations before which a commit must last: effects on the world, stores among it.
    private let effects: [Int]
    /// Operations before which a store's document must last: commits, and what the world was told.
    private let records: [Int]
    /// When `init` was over.
    let readyAt: Int
    /// When the journal may be behind its anchor, since somebody put an old one back.
    let frozen: Range<Int>

    init(_ recording: Recording) {
        var disk = WeakDisk(recording.beginning)
        var journal = [State(index: -1, content: nil)]
        let paths = recording.beginning.files.keys.filter { $0.hasPrefix(WorldPaths.stores) }
        var stores = Dictionary(
            uniqueKeysWithValues: paths.map { path in
                (path, [State(index: -1, content: disk.file(at: path)?.content)])
            })
        var (effects, records) = ([Int](), [Int]())
        var restoredAt: Int?
        for (index, operation) in recording.operations.enumerated() {
            disk.apply(operation)
            switch operation {
            case .world:
                effects.append(index)
                records.append(index)
            case .restore:
                effects.append(index)
                restoredAt = index
                let content = disk.file(at: WorldPaths.journal)?.content
                journal.append(State(index: index, content: content))
            case .rename(let changes):
                for change in changes {
                    if change.path == WorldPaths.rollbackJournal, change.node == nil {
                        let content = disk.file(at: WorldPaths.journal)?.content
                        if journal.last?.content != content {
                            journal.append(State(index: index, content: content))
                            records.append(index)
                        }
                    }
                    guard stores[change.path] != nil else { continue }
                    let content = disk.file(at: change.path)?.content
                    stores[change.path]?.append(State(index: index, content: content))
                    effects.append(index)
                }
            case .make, .write, .resize, .setAttributes, .sync, .syncDirectory: break
            }
        }
        (self.journal, self.stores) = (journal, stores)
        (self.effects, self.records) = (effects, records)
        attributes = recording.beginning.files.filter { stores[$0.key] != nil }
            .mapValues(\.attributes)
        readyAt = recording.ends.first { $0.command == "init" }?.index ?? 0
        let accepted = recording.ends.first { $0.command == "recover" }?.index
        frozen = restoredAt.map { $0..<(accepted ?? Int.max) } ?? 0..<0
    }

    /// What the journal may hold where the power goes behind the first `count` operations.
    func allowedJournals(after count: Int) -> ArraySlice<State> {
        Self.allowed(journal, after: count, known: effects)
    }

    /// The documents that a store may hold then.
    func allowedDocuments(_ path: String, after count: Int) -> ArraySlice<State> {
        Self.allowed(stores[path] ?? [], after: count, known: records)
    }

    private static func allowed(
        _ states: [State], after count: Int, known: [Int]
    ) -> ArraySlice<State> {
        let begun = states.prefix { $0.index < count }
        let last = known.last { $0 < count } ?? -1
        let oldest = begun.lastIndex { $0.index < last } ?? begun.startIndex
        return begun[oldest...]
    }
}
