import Foundation

/// Ways in which a recording is spoiled, each as one mistake in the code would do it.
enum BrokenRecording: String, CaseIterable, Sendable {
    case storeIsNotSynced = "a store's file isn't synced before it is renamed"
    case storeDirectoryIsNotSynced = "a store's directory isn't synced"
    case journalIsNotSynced = "synchronous=OFF"
    case journalDirectoryIsNotSynced = "the end of a transaction isn't made to last"
    case directoriesAreNotSynced = "the directories that init makes aren't made to last"
    case anchorComesFirst = "the anchor is written before the commit"
    case anchorIsNotSynced = "the anchor isn't synced when it is made"
    case keyIsNotSynced = "the key isn't synced"

    /// The recording as it would have been.
    func spoil(_ recording: Recording) -> Recording {
        var disk = WeakDisk(recording.beginning)
        var operations: [FileOperation] = []
        for operation in recording.operations {
            disk.apply(operation)
            if drops(operation, disk) { continue }
            if self == .anchorComesFirst, case .write(let file, _, _) = operation,
                disk.name(of: file)?.contains(Self.anchor) == true
            {
                operations.insert(operation, at: Self.beginning(of: operations, disk))
                continue
            }
            operations.append(operation)
        }
        return recording.replacing(operations)
    }

    private static let anchor = "/holdover-anchor-"

    private func drops(_ operation: FileOperation, _ disk: WeakDisk) -> Bool {
        switch operation {
        case .sync(let file, _):
            guard let name = disk.name(of: file) else { return false }
            return switch self {
            case .storeIsNotSynced: name.hasPrefix(WorldPaths.stores)
            case .journalIsNotSynced: name.hasPrefix(WorldPaths.journal)
            case .anchorIsNotSynced: name.contains(Self.anchor)
            case .keyIsNotSynced: name.hasPrefix(WorldPaths.key)
            case .storeDirectoryIsNotSynced, .journalDirectoryIsNotSynced,
                .directoriesAreNotSynced, .anchorComesFirst:
                false
            }
        case .syncDirectory(let name):
            return switch self {
            case .storeDirectoryIsNotSynced: name.hasPrefix(WorldPaths.stores)
            case .journalIsNotSynced, .journalDirectoryIsNotSynced: name == WorldPaths.state
            case .directoriesAreNotSynced:
                !name.hasPrefix(WorldPaths.stores)
                    && ![WorldPaths.state, WorldPaths.keys].contains(name)
            case .storeIsNotSynced, .anchorComesFirst, .anchorIsNotSynced, .keyIsNotSynced: false
            }
        case .make, .rename, .write, .resize, .setAttributes, .world, .restore: return false
        }
    }

    /// Where the last transaction began: with its rollback journal.
    private static func beginning(of operations: [FileOperation], _ disk: WeakDisk) -> Int {
        operations.lastIndex { operation in
            guard case .rename(let changes) = operation else { return false }
            return changes.contains { $0.path == WorldPaths.rollbackJournal && $0.node != nil }
        } ?? operations.endIndex
    }
}
