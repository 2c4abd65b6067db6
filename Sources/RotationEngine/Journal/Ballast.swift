/// Space that is kept for the one record that must not be lost: a secret that a server just made.
public enum Ballast {
    /// The file's name in the state directory.
    public static let name = "holdover.ballast"
    private static let size = 256 * 1_024
    private static let comfortable: Int64 = 16 * 1_024 * 1_024

    /// Makes the ballast where it is missing.
    ///
    /// Written and not merely allocated, since a hole or a compressed page keeps no space.
    public static func make(in directory: String, on disk: any StateDisk = FileSystemDisk())
        throws(JournalFailure)
    {
        let path = "\(directory)/\(name)"
        guard !disk.exists(path) else { return }
        var number: UInt32 = 0x9E37_79B9
        let noise = (0..<size).map { _ -> UInt8 in
            // Xorshift: nothing secret, only nothing that compresses.
            number ^= number << 13
            number ^= number >> 17
            number ^= number << 5
            return UInt8(truncatingIfNeeded: number)
        }
        try disk.create(noise, at: path)
    }

    /// Why nothing should be made now that might not be recorded; nil where there is room.
    static func obstacle(in directory: String, on disk: any StateDisk) -> String? {
        do { try make(in: directory, on: disk) } catch {
            return "the ballast in the state directory can't be made: \(error.message)"
        }
        guard let (free, total) = disk.room(in: directory) else { return nil }
        let needed = min(comfortable, total / 100)
        guard free < needed else { return nil }
        return "\(free / 1_024) KiB are free in the state directory, and a secret is made only "
            + "where \(needed / 1_024) KiB are"
    }

    /// Gives the space back, for the transaction that needs it.
    static func release(in directory: String, on disk: any StateDisk) {
        disk.remove("\(directory)/\(name)")
    }
}
