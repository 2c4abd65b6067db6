import Foundation
import RotationCore
import RotationEngine

/// Looks at what a power loss left, with the engine's own eyes.
struct ImageJudge {
    let promised: PromisedStates
    /// Where the recorded paths lay.
    let root: String
    /// Where images are put.
    let place: String
    private var present = DiskImage()

    init(_ promised: PromisedStates, root: String, place: String) {
        (self.promised, self.root, self.place) = (promised, root, place)
    }

    /// What is wrong with an image after `count` operations; nothing where all is well.
    mutating func faults(of image: DiskImage, after count: Int) throws -> [String] {
        faultsOfStores(image, count) + (try faultsOfState(image, count))
    }

    private func faultsOfStores(_ image: DiskImage, _ count: Int) -> [String] {
        promised.stores.flatMap { path, states -> [String] in
            let allowed = promised.allowedDocuments(path, after: count)
            guard let file = image.files[path] else {
                return allowed.contains { $0.content == nil } ? [] : ["\(path) is gone"]
            }
            guard allowed.contains(where: { $0.content == file.content }) else {
                let isOld = states.contains { $0.content == file.content }
                return ["\(path) holds \(isOld ? "an older document" : "neither document")"]
            }
            let isKept = file.attributes == promised.attributes[path]
            return isKept ? [] : ["\(path) has another owner or mode"]
        }
    }

    private mutating func faultsOfState(_ image: DiskImage, _ count: Int) throws -> [String] {
        // The ballast is big and never looked into.
        var state = image
        state.files = image.files.filter {
            !$0.key.hasPrefix(WorldPaths.stores) && !$0.key.hasSuffix(".ballast")
        }
        try state.put(at: place, insteadOf: present)
        defer { present = (try? DiskImage(reading: place)) ?? DiskImage() }
        let isBeginning = count < promised.readyAt
        let directory = "\(place)/\(WorldPaths.state)"
        do {
            let journal = try Journal.open(
                in: directory, on: MovedDisk(from: root, to: place))
            defer { try? journal.close() }
            return try faults(of: journal, count, isBeginning: isBeginning)
        } catch let failure as JournalFailure {
            let isUnfinished = failure.kind == .missing || failure.kind == .notOurs
            return isBeginning && isUnfinished ? [] : ["the journal: \(failure)"]
        } catch {
            return ["the journal: \(error)"]
        }
    }

    private func faults(of journal: Journal, _ count: Int, isBeginning: Bool) throws -> [String] {
        var faults: [String] = []
        if let freeze = try journal.freeze(), !promised.frozen.contains(count) {
            faults.append("frozen: \(freeze.message)")
        }
        _ = try journal.sealer(with: SealingKey.load(path: "\(place)/\(WorldPaths.key)"))
        let verdict = try journal.verifyAudit()
        if let damage = verdict.damage { faults.append("the audit: \(damage)") }
        for rotation in try journal.summaries(live: false)
        where try journal.rotation(rotation.id) == nil {
            faults.append("the rotation \(rotation.id.rawValue) is half there")
        }
        guard !isBeginning else { return faults }
        // A journal that was rolled back is what it was before, to the byte.
        let path = "\(place)/\(WorldPaths.journal)"
        let found = try Data(contentsOf: URL(fileURLWithPath: path))
        let allowed = promised.allowedJournals(after: count)
        guard !allowed.contains(where: { $0.content == found }) else { return faults }
        let lost = promised.journal.contains { $0.content == found }
        return faults + [lost ? "the journal lost a transaction" : "the journal is half there"]
    }
}

/// The file system, with everything below one directory in another.
struct MovedDisk: StateDisk {
    private let disk = FileSystemDisk()
    private let old: String
    private let new: String

    init(from old: String, to new: String) { (self.old, self.new) = (old, new) }

    private func moved(_ path: String) -> String {
        path.hasPrefix(old + "/") ? new + path.dropFirst(old.count) : path
    }

    func check(_ directory: String) throws(JournalFailure) { try disk.check(directory) }
    func lock(_ directory: String) throws(JournalFailure) -> any StateLease {
        try disk.lock(directory)
    }
    func exists(_ path: String) -> Bool { disk.exists(moved(path)) }
    func isWritable(_ path: String) -> Bool { disk.isWritable(moved(path)) }
    func protect(_ path: String) { disk.protect(moved(path)) }
    func load(_ path: String) throws(JournalFailure) -> [UInt8]? { try disk.load(moved(path)) }
    func create(_ bytes: [UInt8], at path: String) throws(JournalFailure) {
        try disk.create(bytes, at: moved(path))
    }
    func store(_ slot: [UInt8], at offset: Int, of path: String) throws(JournalFailure) {
        try disk.store(slot, at: offset, of: moved(path))
    }
    func remove(_ path: String) { disk.remove(moved(path)) }
    func room(in directory: String) -> (free: Int64, total: Int64)? {
        disk.room(in: moved(directory))
    }
}
