// Called by functions with more than a page of local variables: touches each page of the stack that they are about to
// take, in order, since Windows gives a thread's stack its memory page by page. %rax has the size; no register changes.
	.globl __chkstk
__chkstk:
	pushq %rcx
	pushq %rax
	leaq 24(%rsp), %rcx
next:
	cmpq $0x1000, %rax
	jb last
	subq $0x1000, %rcx
	testq %rcx, (%rcx)
	subq $0x1000, %rax
	jmp next
last:
	subq %rax, %rcx
	testq %rcx, (%rcx)
	popq %rax
	popq %rcx
	ret
