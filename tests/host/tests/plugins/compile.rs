//! Compiles a plugin of one source for a test.

use std::path::{Path, PathBuf};

/// What is compiled, and how.
pub(crate) struct Source<'a> {
    pub(crate) file: &'a Path,
    /// Of the library, without the system's extension.
    pub(crate) name: &'a str,
    /// Where it goes.
    pub(crate) folder: &'a Path,
    pub(crate) includes: &'a [&'a Path],
    pub(crate) defines: &'a [(&'a str, &'a str)],
    /// With warnings, which AFOP_DENY_WARNINGS makes errors: not for headers of others.
    pub(crate) strict: bool,
}

impl Source<'_> {
    /// The library, or what the compiler says.
    pub(crate) fn build(&self) -> Result<PathBuf, String> {
        let library = self.folder.join(format!("{}{}", self.name, std::env::consts::DLL_SUFFIX));
        let mut build = cc::Build::new();
        build
            .cpp(true)
            .std("c++17")
            .target(env!("TDHOST_TARGET"))
            .host(env!("TDHOST_TARGET"))
            .opt_level(0)
            .cargo_metadata(false)
            .warnings(self.strict)
            .extra_warnings(self.strict)
            .warnings_into_errors(self.strict && denied())
            .out_dir(self.folder)
            .includes(self.includes);
        for (name, value) in self.defines {
            build.define(name, if value.is_empty() { None } else { Some(*value) });
        }
        let compiler = build.get_compiler();
        let mut command = compiler.to_command();
        command.current_dir(self.folder).arg(self.file);
        if compiler.is_like_msvc() {
            let object = library.with_extension("obj");
            // Not /EHsc, by which no extern "C" function throws: some of these plugins do.
            command.args(["/EHs", "/LD"]).arg(format!("/Fo{}", object.display()));
            command.arg(format!("/Fe{}", library.display()));
        } else {
            if !self.strict && compiler.is_like_gnu() {
                // A member with the name of its type, which other compilers take.
                command.arg("-fpermissive");
            }
            command.args(["-shared", "-fPIC", "-fvisibility=hidden", "-pthread", "-o"]).arg(&library);
        }
        let output = command.output().map_err(|error| format!("the C++ compiler does not start: {error}"))?;
        if output.status.success() {
            return Ok(library);
        }
        // Microsoft's compiler complains on the other stream.
        let said = [output.stdout, output.stderr].concat();
        Err(format!("{}: {}", self.file.display(), String::from_utf8_lossy(&said)))
    }
}

/// Microsoft's compiler warns of what some of these plugins do on purpose (C4297: an exception leaves an extern "C"
/// function) and of what all of them do (C4458: a parameter named like a member of the class).
fn denied() -> bool {
    cfg!(not(windows)) && std::env::var_os("AFOP_DENY_WARNINGS").is_some()
}
