import Foundation
import Testing

@testable import RotationEngine

@Suite struct StateDirectoryTests {
    private let home: Home

    init() throws { home = try Home() }

    private func failure(_ path: String? = nil) -> JournalFailure.Kind? {
        do throws(JournalFailure) {
            try StateDirectory.check(path ?? home.directory)
            return nil
        } catch { return error.kind }
    }

    @Test(arguments: [0o700, 0o750, 0o755] as [mode_t])
    func `a directory that only we may write is taken`(mode: mode_t) {
        chmod(home.directory, mode)
        #expect(failure() == nil)
    }

    @Test(arguments: [0o770, 0o720, 0o702, 0o777, 0o1777] as [mode_t])
    func `one that others may write is refused`(mode: mode_t) {
        chmod(home.directory, mode)
        #expect(failure() == .unsuitable)
    }

    @Test func `a file, a link and nothing are refused`() {
        let file = "\(home.directory)/file"
        #expect(FileManager.default.createFile(atPath: file, contents: Data()))
        #expect(failure(file) == .unsuitable)
        let link = "\(home.directory)/link"
        #expect(symlink(home.directory, link) == 0)
        #expect(failure(link) == .unsuitable)
        #expect(failure("\(home.directory)/none") == .missing)
    }

    @Test func `somebody else's directory is refused`() {
        if geteuid() == 0 {
            #expect(chown(home.directory, 65_534, 65_534) == 0)
            #expect(failure() == .unsuitable)
        } else {
            #expect(failure("/usr") == .unsuitable)
        }
    }

    @Test func `a directory is made with those on the way to it, closed to others`() throws {
        let path = "\(home.directory)/one/two/three"
        try StateDirectory.make(path)
        #expect(failure(path) == nil)
        for made in [path, "\(home.directory)/one/two", "\(home.directory)/one"] {
            var status = stat()
            #expect(lstat(made, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700, "\(made)")
        }
    }

    @Test func `one that is there already is left as it is`() throws {
        chmod(home.directory, 0o755)
        try StateDirectory.make(home.directory)
        var status = stat()
        #expect(lstat(home.directory, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o755)
    }

    @Test func `none is made through a file`() {
        let file = "\(home.directory)/file"
        #expect(FileManager.default.createFile(atPath: file, contents: Data()))
        #expect(throws: (any Error).self) { try StateDirectory.make("\(file)/state") }
        #expect(failure(file) == .unsuitable)
    }

    @Test(arguments: [
        "nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse", "fuse.sshfs", "fuseblk", "virtiofs",
    ])
    func `file systems that reach across a network are known`(type: String) {
        #expect(StateDirectory.isRemote(type))
    }

    /// The kernel's word for where the directory lies, as it would be on such a mount.
    @Test(arguments: [("nfs4", false), ("cifs", false), ("fuse.sshfs", false), ("xfs", true)])
    func `a state directory across a network is refused`(type: String, isTaken: Bool) throws {
        var status = stat()
        #expect(lstat(home.directory, &status) == 0)
        let number = StateDirectory.number(of: status.st_dev)
        let table = "\(home.directory)/mountinfo"
        try "22 1 \(number) / /mnt rw,relatime shared:1 - \(type) host:/export rw\n"
            .write(toFile: table, atomically: false, encoding: .utf8)
        var refusal: JournalFailure?
        do throws(JournalFailure) {
            try StateDirectory.check(home.directory, mounts: table)
        } catch { refusal = error }
        #expect((refusal == nil) == isTaken)
        #expect(isTaken || refusal?.kind == .unsuitable)
        #expect(isTaken || refusal?.message.contains(type) == true)
    }

    @Test(arguments: ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fusectl", ""])
    func `and local ones are not taken for them`(type: String) {
        #expect(!StateDirectory.isRemote(type))
    }

    /// `/proc` is the one mount whose type is the same on every Linux.
    @Test func `a device's type is read from the kernel's table`() {
        var status = stat()
        #expect(lstat("/proc", &status) == 0)
        #expect(StateDirectory.fileSystemType(ofDevice: status.st_dev) == "proc")
    }

    @Test func `a device that the table doesn't have is of no type`() {
        #expect(StateDirectory.fileSystemType(ofDevice: .max) == "")
    }
}
